package io.github.logalign.internal.blas;

import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleReference;
import java.lang.module.ResolvedModule;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * The places that may hold the jar with the natives: everything that this library's class loader sees, and for a named
 * module the jars of the module path and those beside its own. As a module the natives' jar cannot be resolved, since it
 * requires the Java side of org.bytedeco:openblas, so that no class loader sees it there.
 */
final class NativePlaces {

    private NativePlaces() {}

    /** A place that files can be looked up in. */
    @FunctionalInterface
    interface Place {

        /** Where a file is, or null if this place lacks it. */
        @Nullable
        URL find(String file);
    }

    /** Every place, in the order of trying. */
    static List<Place> all() {
        List<Place> places = new ArrayList<>();
        places.add(file -> {
            ClassLoader loader = NativePlaces.class.getClassLoader();
            return loader == null ? ClassLoader.getSystemResource(file) : loader.getResource(file);
        });
        Module module = NativePlaces.class.getModule();
        if (module.isNamed()) {
            places.addAll(onModulePath(System.getProperty("jdk.module.path", "") + beside(module)));
        }
        return places;
    }

    /** What {@link #all} covers, in words. */
    static String description() {
        return NativePlaces.class.getModule().isNamed() ? "the module path or the class path" : "the class path";
    }

    private static String beside(Module module) {
        return Optional.ofNullable(module.getLayer())
                .flatMap(layer -> layer.configuration().findModule(module.getName()))
                .map(ResolvedModule::reference)
                .flatMap(ModuleReference::location)
                .filter(location -> "file".equals(location.getScheme()))
                .map(location -> File.pathSeparator + Path.of(location).getParent())
                .orElse("");
    }

    /** The jars and folders of a path, each entry of which is a jar, a module's folder or a folder of jars. */
    static List<Place> onModulePath(String path) {
        List<Place> places = new ArrayList<>();
        for (String entry : path.split(File.pathSeparator, -1)) {
            Path place = pathOrNull(entry);
            if (place != null) {
                places.add(inside(place));
                jarsIn(place).forEach(jar -> places.add(inside(jar)));
            }
        }
        return places;
    }

    private static List<Path> jarsIn(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    private static @Nullable Path pathOrNull(String entry) {
        try {
            return entry.isEmpty() ? null : Path.of(entry);
        } catch (InvalidPathException impossible) {
            return null;
        }
    }

    private static Place inside(Path place) {
        return file -> {
            try {
                if (Files.isDirectory(place)) {
                    Path found = place.resolve(file);
                    return Files.isRegularFile(found) ? found.toUri().toURL() : null;
                }
                return Files.isRegularFile(place) && holds(place, file)
                        ? URI.create("jar:" + place.toUri() + "!/" + file).toURL()
                        : null;
            } catch (MalformedURLException impossible) {
                return null;
            }
        };
    }

    /** A jar that cannot be read holds nothing; Java itself says so where it is needed. */
    private static boolean holds(Path jar, String file) {
        try (ZipFile entries = new ZipFile(jar.toFile())) {
            return entries.getEntry(file) != null;
        } catch (IOException unreadable) {
            return false;
        }
    }
}
