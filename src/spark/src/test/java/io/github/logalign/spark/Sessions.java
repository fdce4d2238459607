package io.github.logalign.spark;

import org.apache.spark.sql.SparkSession;

/** Sessions of this JVM. */
final class Sessions {

    private Sessions() {}

    /** Two cores of this JVM. */
    static SparkSession local() {
        return SparkSession.builder()
                .master("local[2]")
                .appName("tests")
                .config("spark.ui.enabled", false)
                .config("spark.sql.shuffle.partitions", 4)
                .config("spark.hadoop." + StoreFileSystem.KEY, StoreFileSystem.class.getName())
                .getOrCreate();
    }
}
