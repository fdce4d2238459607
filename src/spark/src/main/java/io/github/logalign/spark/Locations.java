package io.github.logalign.spark;

import java.net.URI;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;

/** Names of files: paths of this machine, or URIs of a Hadoop file system. */
final class Locations {

    private static final Pattern URI_START = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:/");

    private static final String LOCAL = "file";

    private Locations() {}

    /** Whether a file has to be copied before it can be mapped. */
    static boolean isRemote(String name) {
        return URI_START.matcher(name).lookingAt() && !LOCAL.equals(new Path(name).toUri().getScheme());
    }

    /** The name as jobs have it: a path if the file system is that of this machine. */
    static String of(Path path) {
        URI uri = path.toUri();
        return LOCAL.equals(uri.getScheme()) ? uri.getPath() : path.toString();
    }

    /** The same of a name that may be a URI of this machine. */
    static String of(String name) {
        return URI_START.matcher(name).lookingAt() ? of(new Path(name)) : name;
    }
}
