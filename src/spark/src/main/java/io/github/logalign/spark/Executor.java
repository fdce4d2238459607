package io.github.logalign.spark;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.util.Utils;

/** What the tasks of an executor have in common. */
final class Executor {

    private static final Map<Long, LocalCopies> COPIES = new ConcurrentHashMap<>();

    private Executor() {}

    /** Copies of remote files in a folder that Spark deletes with its own, at the latest when the application has ended. */
    static LocalCopies copies(long bound) {
        return COPIES.computeIfAbsent(bound,
                _ -> new LocalCopies(Path.of(Utils.getLocalDir(conf()), "logalign-" + bound), bound));
    }

    /** How file systems are reached. */
    static Configuration hadoop() {
        return SparkHadoopUtil.get().newConfiguration(conf());
    }

    private static SparkConf conf() {
        return SparkEnv.get().conf();
    }
}
