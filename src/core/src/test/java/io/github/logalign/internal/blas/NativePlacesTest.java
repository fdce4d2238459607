package io.github.logalign.internal.blas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.internal.blas.NativePlaces.Place;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jars and folders of a module path, of which some hold what is looked for. */
class NativePlacesTest {

    private static final String FILE = "org/bytedeco/openblas/vax/libopenblas.so";

    @TempDir
    Path folder;

    @Test
    void filesAreFoundInJarsInFoldersOfJarsAndInFoldersOfModules() throws IOException {
        Path jar = jar(folder.resolve("a name with spaces.jar"), "jar");
        Path jars = Files.createDirectory(folder.resolve("jars"));
        jar(jars.resolve("some.jar"), "folder of jars");
        Path module = folder.resolve("module");
        Files.createDirectories(module.resolve(FILE).getParent());
        Files.writeString(module.resolve(FILE), "folder of a module");
        assertEquals(
                List.of("jar", "folder of jars", "folder of a module"), found(path(jar, jars, module)));
    }

    @Test
    void entriesThatCannotBeReadHoldNothing() throws IOException {
        Path text = Files.writeString(folder.resolve("text.jar"), "this is no jar");
        Path jar = jar(folder.resolve("sound.jar"), "sound");
        String path = path(text, folder.resolve("missing"), folder.resolve("missing.jar"), jar);
        assertEquals(List.of("sound"), found(path + File.pathSeparator + "\0"));
        assertEquals(List.of(), found(""));
    }

    @Test
    void theNativesAreThoseOfTheFirstPlaceThatHasThem() throws IOException {
        Platform vax = new Platform("vax", List.of("libgfortran.so", "libopenblas.so"), List.of());
        List<Place> places = NativePlaces.onModulePath(path(
                jar(folder.resolve("first.jar"), "first"), jar(folder.resolve("second.jar"), "second")));
        BundledNatives natives = BundledNatives.find(vax, places);
        assertNotNull(natives);
        assertEquals(1, natives.parts().size());
        assertTrue(natives.parts().getFirst().resource().toString().contains("first.jar"), natives::toString);
        assertEquals("first".length(), natives.parts().getFirst().size());
    }

    private static String path(Path... entries) {
        return String.join(File.pathSeparator, List.of(entries).stream().map(Path::toString).toList());
    }

    private static List<String> found(String path) throws IOException {
        List<String> found = new ArrayList<>();
        for (Place place : NativePlaces.onModulePath(path)) {
            URL url = place.find(FILE);
            if (url != null) {
                found.add(new String(url.openStream().readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return found;
    }

    private static Path jar(Path jar, String content) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                ZipOutputStream out = new ZipOutputStream(file)) {
            out.putNextEntry(new ZipEntry(FILE));
            out.write(content.getBytes(StandardCharsets.UTF_8));
        }
        return jar;
    }
}
