package io.github.logalign.internal.blas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** GraalVM's native-image must be told of every native call; each routine that is bound is in its list. */
class NativeImageTest {

    private static final String METADATA = "/META-INF/native-image/io.github.logalign/logalign/reachability-metadata.json";

    /** The C library's and OpenBLAS's own functions, as {@link CLibrary}, {@link Library} and {@link SystemLoader} bind them. */
    private static final Set<String> FUNCTIONS = Set.of(
            "void*(jlong)", "void(void*)", "jint(void*, jlong, jint)",
            "void*(void*, jlong, jint, jint, jint, jlong)", "jint(void*, jlong)", "void(jint)", "jint()", "void*()",
            "void*(void*, jint)");

    @Test
    void everyRoutineIsListed() throws Exception {
        Set<String> bound = new TreeSet<>(FUNCTIONS);
        for (Class<?> routines : List.of(Level3.class, Qr.class, Svd.class, Tridiagonal.class)) {
            for (Field field : routines.getDeclaredFields()) {
                if (field.getType() == Subroutine.class && Modifier.isStatic(field.getModifiers())) {
                    field.setAccessible(true);
                    bound.add(descriptor((Subroutine) Objects.requireNonNull(field.get(null))));
                }
            }
        }
        assertTrue(bound.size() > FUNCTIONS.size() + 3, bound::toString);
        assertEquals(bound, listed());
    }

    private static String descriptor(Subroutine routine) {
        List<String> parameters = new ArrayList<>(Collections.nCopies(routine.arguments(), "void*"));
        parameters.addAll(Collections.nCopies(routine.characters(), "jlong"));
        return "void(" + String.join(", ", parameters) + ")";
    }

    private static Set<String> listed() throws IOException {
        try (InputStream in = NativeImageTest.class.getResourceAsStream(METADATA)) {
            String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            Matcher calls = Pattern
                    .compile("\\{\"returnType\": \"([^\"]+)\", \"parameterTypes\": \\[([^]]*)]}").matcher(text);
            Set<String> listed = new TreeSet<>();
            while (calls.find()) {
                listed.add(calls.group(1) + "(" + calls.group(2).replace("\"", "") + ")");
            }
            return listed;
        }
    }
}
