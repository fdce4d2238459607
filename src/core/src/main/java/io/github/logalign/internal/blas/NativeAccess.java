package io.github.logalign.internal.blas;

/** What to do where the JVM refuses native functions, which {@code --illegal-native-access=deny} makes it do. */
public final class NativeAccess {

    private NativeAccess() {}

    /** One line: the problem and the flag that fixes it. */
    public static String advice() {
        Module module = NativeAccess.class.getModule();
        return "the JVM refuses native access (--illegal-native-access=deny); start java with --enable-native-access="
                + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
    }
}
