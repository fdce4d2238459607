package io.github.logalign;

import io.github.logalign.matrix.LogalignException;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Calls every public method and constructor of the exported packages under one condition, and prints what came out: for a
 * JVM of its own. Ends with 1 if anything but the three types left the library, an interrupt was lost, or there is no sample
 * to make a call with.
 */
final class ApiCalls {

    private static final List<String> PACKAGES = List.of("", "matrix", "tensor", "score", "track");

    /** Combinations of arguments of one method. */
    private static final int MOST_CALLS = 40;

    private final ApiSamples samples;
    private final boolean interrupted;

    /** Whether objects that need native functions cannot be made at all, so that nothing can be called on them. */
    private final boolean denied;

    private final Map<String, Integer> outcomes = new TreeMap<>();
    private final List<String> faults = new ArrayList<>();

    private ApiCalls(ApiSamples samples, String condition) {
        this.samples = samples;
        this.interrupted = condition.equals("interrupted");
        this.denied = condition.equals("denied");
    }

    /**
     * Calls everything.
     *
     * @param arguments a folder for files, and the condition: closed, interrupted, large, denied or plain
     */
    public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
        String condition = arguments[1];
        ApiSamples samples = new ApiSamples(
                Path.of(arguments[0]), condition.equals("closed"), condition.equals("large"));
        ApiCalls calls = new ApiCalls(samples, condition);
        for (Class<?> type : exported()) {
            calls.callAll(type);
        }
        calls.faults.forEach(System.out::println);
        calls.outcomes.forEach((outcome, count) -> System.out.println(count + " x " + outcome));
        System.out.flush();
        Runtime.getRuntime().halt(calls.faults.isEmpty() ? 0 : 1);
    }

    private static List<Class<?>> exported() throws IOException, ReflectiveOperationException {
        Path root = Path.of(WeightSpectrum.class.getProtectionDomain().getCodeSource().getLocation().getPath());
        List<Class<?>> types = new ArrayList<>();
        for (String name : PACKAGES) {
            try (Stream<Path> files = Files.list(root.resolve("io/github/logalign").resolve(name))) {
                for (Path file : files.sorted().toList()) {
                    String path = root.relativize(file).toString();
                    if (path.endsWith(".class") && !path.endsWith("package-info.class")) {
                        Class<?> type = Class.forName(
                                path.substring(0, path.length() - ".class".length()).replace(File.separatorChar, '.'));
                        if (isPublic(type)) {
                            types.add(type);
                        }
                    }
                }
            }
        }
        return types;
    }

    private static boolean isPublic(Class<?> type) {
        Class<?> outer = type.getEnclosingClass();
        return Modifier.isPublic(type.getModifiers()) && (outer == null || isPublic(outer));
    }

    private void callAll(Class<?> type) {
        for (Constructor<?> constructor : type.getConstructors()) {
            if (!Modifier.isAbstract(type.getModifiers())) {
                call(constructor, List.of(type), List.of());
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (!Modifier.isPublic(method.getModifiers()) || method.isSynthetic() || method.isBridge()) {
                continue;
            }
            if (Modifier.isStatic(method.getModifiers())) {
                call(method, List.of(type), List.of());
                continue;
            }
            List<Object> receivers = receivers(type, method);
            call(method, receivers, List.of(type));
        }
    }

    private List<Object> receivers(Class<?> type, Method method) {
        try {
            return samples.of(type);
        } catch (IllegalStateException missing) {
            tellMissing(method, missing);
            return List.of();
        }
    }

    private void tellMissing(Executable executable, IllegalStateException missing) {
        if (denied && missing.getCause() instanceof LogalignException) {
            outcomes.merge("not reached", 1, Integer::sum);
        } else {
            faults.add("FAULT " + executable + ": " + missing.getMessage());
        }
    }

    /** With every combination of the samples of its parameters, up to a limit; samples are new each time. */
    private void call(Executable executable, List<?> receivers, List<Type> receiverType) {
        Type[] types = executable.getGenericParameterTypes();
        int[] sizes = new int[types.length];
        long combinations = receivers.size();
        for (int i = 0; i < types.length; i++) {
            try {
                sizes[i] = arguments(executable, types[i]).size();
            } catch (IllegalStateException missing) {
                tellMissing(executable, missing);
                return;
            }
            combinations *= sizes[i];
        }
        long calls = Math.min(combinations, MOST_CALLS);
        for (long call = 0; call < calls; call++) {
            // Where there are too many, steps that reach all of the range.
            long rest = combinations <= MOST_CALLS ? call : call * (combinations / MOST_CALLS) + call % 3;
            Object receiver = null;
            if (!receiverType.isEmpty()) {
                List<Object> fresh = samples.of(receiverType.getFirst());
                receiver = fresh.get((int) (rest % fresh.size()));
            }
            rest /= Math.max(1, receivers.size());
            @Nullable
            Object[] arguments = new Object[types.length];
            for (int i = 0; i < types.length; i++) {
                List<Object> fresh = arguments(executable, types[i]);
                arguments[i] = fresh.get((int) (rest % fresh.size()));
                rest /= Math.max(1, sizes[i]);
            }
            invoke(executable, receiver, arguments);
        }
    }

    private List<Object> arguments(Executable executable, Type type) {
        boolean writes = executable.getName().startsWith("write");
        return writes && type == Path.class ? List.of(samples.target()) : samples.of(type);
    }

    private void invoke(Executable executable, @Nullable Object receiver, @Nullable Object[] arguments) {
        String outcome;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        boolean declaresInterrupts = Arrays.asList(executable.getExceptionTypes()).contains(InterruptedException.class);
        try {
            if (executable instanceof Method method) {
                method.invoke(receiver, arguments);
            } else if (executable instanceof Constructor<?> constructor) {
                constructor.newInstance(arguments);
            }
            outcome = "a value";
        } catch (InvocationTargetException thrown) {
            outcome = outcome(executable, arguments, thrown.getCause());
        } catch (ReflectiveOperationException impossible) {
            outcome = String.valueOf(impossible);
            faults.add("FAULT " + executable + ": " + impossible);
        }
        boolean kept = Thread.interrupted();
        if (interrupted && !kept && !declaresInterrupts) {
            faults.add("FAULT " + executable + ": the interrupt is lost");
        }
        outcomes.merge(outcome, 1, Integer::sum);
    }

    private String outcome(Executable executable, @Nullable Object[] arguments, @Nullable Throwable thrown) {
        String text = String.valueOf(thrown);
        boolean allowed = thrown != null
                && (thrown.getClass() == LogalignException.class
                        || thrown instanceof IllegalArgumentException
                        || (thrown instanceof IllegalStateException && !text.contains("unexpected"))
                        || Arrays.stream(executable.getExceptionTypes()).anyMatch(type -> type.isInstance(thrown)));
        boolean asked = executable.getName().equals("translated") || executable.getName().equals("argument");
        if (!allowed && !asked) {
            StackTraceElement[] trace = thrown == null ? new StackTraceElement[0] : thrown.getStackTrace();
            faults.add("FAULT " + executable + " " + shortly(arguments) + ": " + text
                    + (trace.length == 0 ? "" : " at " + trace[0]));
        }
        return text.lines().findFirst().orElse("").replaceAll("[0-9]+", "#");
    }

    private static String shortly(@Nullable Object[] arguments) {
        String text = Arrays.toString(arguments);
        return text.length() > 300 ? text.substring(0, 300) : text;
    }
}
