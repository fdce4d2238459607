package io.github.logalign.internal.io;

/**
 * Why a part of a file cannot be used; told when somebody asks for that part, and not before.
 *
 * @param what is wrong
 * @param remedy what to do
 */
public record Problem(String what, String remedy) {

    public static Problem damage(String what) {
        return new Problem(what, Origin.FETCH_AGAIN);
    }
}
