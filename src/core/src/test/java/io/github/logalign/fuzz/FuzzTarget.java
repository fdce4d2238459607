package io.github.logalign.fuzz;

import io.github.logalign.matrix.LogalignException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * A reader of untrusted bytes, as a fuzzer sees it: good inputs to start from, words that its format knows, and a run that
 * may give a value or a {@link LogalignException}. Every other result is a finding. The targets of a module are the constants
 * of an enum, which the property {@code fuzz.targets} in its pom names.
 */
public interface FuzzTarget {

    /**
     * The name of the constant.
     *
     * @return upper case letters
     */
    String name();

    /**
     * Good inputs, made anew.
     *
     * @return at least one
     */
    List<byte[]> seeds();

    /**
     * Inputs that a random change would hardly produce.
     *
     * @return at least one
     */
    List<byte[]> words();

    /**
     * Writes what lies beside the input.
     *
     * @param folder where the input will lie
     * @throws IOException if it cannot be written
     */
    default void prepare(Path folder) throws IOException {}

    /**
     * What that file is called.
     *
     * @param input the generated input
     * @return a file name
     */
    default String fileName(byte[] input) {
        return "input";
    }

    /**
     * The file that an input stands for.
     *
     * @param input the generated input
     * @return its bytes
     */
    default byte[] file(byte[] input) {
        return input;
    }

    /**
     * Reads everything that there is in a file.
     *
     * @param file the file
     * @return how many values came of it
     */
    int read(Path file);

    /**
     * Runs one input in a prepared folder.
     *
     * @param input the generated input
     * @param folder where its file goes
     * @return how many values it gave
     * @throws IOException if the file cannot be written
     * @throws RuntimeException or an Error if that is a finding
     */
    default int run(byte[] input, Path folder) throws IOException {
        return read(Files.write(folder.resolve(fileName(input)), file(input)));
    }

    /**
     * Counts what a reading gives; a refusal must be one printable line.
     *
     * @param reading gives a value, or null, or is refused
     * @return 1 for a value
     */
    static int value(Supplier<?> reading) {
        try {
            return reading.get() == null ? 0 : 1;
        } catch (LogalignException refused) {
            checkPrintable(String.valueOf(refused.getMessage()));
            return 0;
        }
    }

    /**
     * Makes sure that a message is for people.
     *
     * @param message any text
     */
    static void checkPrintable(String message) {
        if (message.isBlank() || message.chars().anyMatch(Character::isISOControl)) {
            throw new AssertionError("not one printable line: " + message);
        }
    }

    /**
     * Words of one character a byte.
     *
     * @param words the words
     * @return their bytes
     */
    static List<byte[]> latin1(String... words) {
        return Arrays.stream(words).map(word -> word.getBytes(StandardCharsets.ISO_8859_1)).toList();
    }
}
