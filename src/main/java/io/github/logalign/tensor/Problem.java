package io.github.logalign.tensor;

/**
 * Why a part of a file cannot be used; told when somebody asks for that part, and not before.
 *
 * @param what is wrong
 * @param remedy what to do
 */
record Problem(String what, String remedy) {

    static Problem damage(String what) {
        return new Problem(what, Origin.FETCH_AGAIN);
    }
}
