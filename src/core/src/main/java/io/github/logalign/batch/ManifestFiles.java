package io.github.logalign.batch;

import java.io.IOException;
import java.util.List;

/** What the names of files in a manifest stand for, such as files of a folder or objects of a store. */
public interface ManifestFiles {

    /**
     * The folder that names are relative to.
     *
     * @return as jobs have it
     */
    String folder();

    /**
     * The files of a name that may have wildcards in its last part.
     *
     * @param name as the manifest has it
     * @return in the order of their names; the name as a file's if none fits, so that opening it says so
     * @throws IOException if they cannot be listed
     */
    List<String> files(String name) throws IOException;
}
