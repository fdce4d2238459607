package io.github.logalign.spark;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** A remote file system as far as this module can tell: its URIs begin with {@code store:}. */
public final class StoreFileSystem extends RawLocalFileSystem {

    static final String KEY = "fs.store.impl";

    /** How many files were read. */
    static final AtomicInteger READS = new AtomicInteger();

    /** How many further reads fail. */
    static final AtomicInteger FAILURES = new AtomicInteger();

    static Configuration configuration() {
        Configuration configuration = new Configuration();
        configuration.set(KEY, StoreFileSystem.class.getName());
        return configuration;
    }

    @Override
    public String getScheme() {
        return "store";
    }

    @Override
    public URI getUri() {
        return URI.create("store:///");
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        READS.incrementAndGet();
        if (FAILURES.getAndUpdate(count -> Math.max(0, count - 1)) > 0) {
            throw new IOException("the store does not answer");
        }
        return super.open(path, bufferSize);
    }
}
