package io.github.logalign.spark;

import io.github.logalign.testing.Limits;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Processes of Spark, from the jars that these tests are run with. */
final class SparkProcesses {

    /** Jars that a cluster does not have. */
    private static final Pattern OWN = Pattern.compile(".*/(io/github/logalign|org/bytedeco|info/picocli|org/junit|"
            + "org/opentest4j|com/tngtech|org/apache/maven)/.*");

    private static final List<String> DRIVER_FLAGS = List.of("--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

    private static final Pattern FINISHED = Pattern.compile("Finished task");

    private final Process process;
    private final Path err;

    private SparkProcesses(Process process, Path err) {
        this.process = process;
        this.err = err;
    }

    private static Path home(Path folder) {
        return folder.resolve("spark");
    }

    /** Makes a folder as SPARK_HOME is one. */
    static void makeHome(Path folder) throws IOException {
        Path jars = Files.createDirectories(home(folder).resolve("jars"));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path jar = Path.of(entry);
            if (entry.endsWith(".jar") && !OWN.matcher(entry).matches() && !entry.contains("/target/")) {
                Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar);
            }
        }
    }

    private static SparkProcesses start(Path folder, String name, List<String> flags, String main, List<String> args)
            throws IOException {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(flags);
        line.addAll(List.of("-Xmx1g", "-cp", home(folder).resolve("jars") + "/*", main));
        line.addAll(args);
        Path err = Files.createTempFile(folder, name + "-", ".txt");
        ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile()).redirectErrorStream(true)
                .redirectOutput(err.toFile());
        builder.environment().putAll(Map.of(
                "SPARK_HOME", home(folder).toString(),
                "SPARK_SCALA_VERSION", "2.13",
                "SPARK_LOCAL_IP", "127.0.0.1",
                "JAVA_HOME", System.getProperty("java.home")));
        return new SparkProcesses(builder.start(), err);
    }

    /** What spark-submit does in client mode. */
    static SparkProcesses submit(Path folder, String master, List<String> configuration, List<String> args)
            throws IOException {
        List<String> all = new ArrayList<>(List.of("--master", master, "--class", ScoreJob.class.getName(),
                "--conf", "spark.ui.enabled=false", "--conf", "spark.executor.memory=1g"));
        configuration.forEach(each -> all.addAll(List.of("--conf", each)));
        all.add(Objects.requireNonNull(System.getProperty("logalign.spark.app")));
        all.addAll(args);
        return start(folder, "driver", DRIVER_FLAGS, "org.apache.spark.deploy.SparkSubmit", all);
    }

    int waitFor() throws InterruptedException {
        return process.waitFor();
    }

    String err() {
        try {
            return Files.readString(err);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** A master and two workers of one core each. */
    static Cluster cluster(Path folder) throws IOException, InterruptedException {
        int port = freePort();
        List<SparkProcesses> processes = new ArrayList<>();
        processes.add(start(folder, "master", List.of(), "org.apache.spark.deploy.master.Master",
                List.of("--host", "127.0.0.1", "--port", String.valueOf(port), "--webui-port", "0")));
        Cluster cluster = new Cluster(processes, "spark://127.0.0.1:" + port, folder.resolve("work-" + port));
        Files.createDirectories(cluster.work);
        for (int worker = 0; worker < 2; worker++) {
            processes.add(start(folder, "worker", List.of(), "org.apache.spark.deploy.worker.Worker",
                    List.of("--cores", "1", "--memory", "1500m", "--host", "127.0.0.1", "--webui-port", "0",
                            "--work-dir",
                            cluster.work.toString(), cluster.url)));
        }
        SparkProcesses master = processes.getFirst();
        Limits.awaitThat(() -> !master.process.isAlive() || master.err().split("Registering worker", -1).length == 3);
        return cluster;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Processes that end when it is closed. */
    record Cluster(List<SparkProcesses> processes, String url, Path work) implements AutoCloseable {

        /** Waits for an executor that is in the middle of its work. */
        void killAnExecutorThatHasFinishedATask(SparkProcesses driver) throws InterruptedException {
            Limits.awaitThat(() -> !driver.process.isAlive() || finished().isPresent());
            String id = finished().orElseThrow(() -> new AssertionError(driver.err()));
            ProcessHandle executor = processes.stream()
                    .flatMap(worker -> worker.process.descendants())
                    .filter(process -> isExecutor(process, id))
                    .findFirst().orElseThrow(() -> new AssertionError("there is no executor " + id));
            executor.destroyForcibly();
        }

        private static boolean isExecutor(ProcessHandle process, String id) {
            String line = String.join(" ", process.info().arguments().orElse(new String[0]));
            return line.contains("CoarseGrainedExecutorBackend") && line.contains("--executor-id " + id + " ");
        }

        /** The number of an executor whose log says that it has finished a task. */
        private Optional<String> finished() {
            try (Stream<Path> files = Files.walk(work)) {
                return files.filter(file -> file.endsWith("stderr") && FINISHED.matcher(read(file)).find())
                        .map(file -> String.valueOf(Objects.requireNonNull(file.getParent()).getFileName()))
                        .findFirst();
            } catch (IOException | UncheckedIOException notYet) {
                return Optional.empty();
            }
        }

        private static String read(Path file) {
            try {
                return Files.readString(file);
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }

        @Override
        public void close() {
            processes.reversed().forEach(each -> {
                each.process.descendants().forEach(ProcessHandle::destroyForcibly);
                each.process.destroyForcibly();
            });
        }
    }
}
