package io.github.logalign.report;

import io.github.logalign.fuzz.FuzzTarget;
import io.github.logalign.tensor.OnnxBytes.Message;
import io.github.logalign.tensorboard.EventBytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The reader of metrics, which a trainer wrote. */
enum MetricsFuzzTarget implements FuzzTarget {

    CSV {
        @Override
        public List<byte[]> seeds() {
            return List.of(
                    utf8("step,train_loss,val_loss\n1,2.5,2.75\n2,1.5,nan\n"),
                    utf8("\ufeffglobal_step,\"a \"\"b\"\", c\",loss\r\n1,,2\r\n\r\n1e3,x,NaN\r\n"));
        }

        @Override
        public List<byte[]> words() {
            return FuzzTarget.latin1("step", "_step", "global_step", "train_loss", "eval_loss", "loss", "nan", "NaN",
                    "inf", "None",
                    "1e308", "\"\"", "\r\n", "{\"log_history\": [", "{\"step\": 1, \"loss\": 2}");
        }

        @Override
        public int read(Path file) {
            return FuzzTarget.value(() -> {
                Metrics metrics = Metrics.read(file);
                metrics.names().forEach(metrics::curve);
                return metrics;
            });
        }
    },

    /** The sums that training writes. */
    SUMS {
        @Override
        public List<byte[]> seeds() {
            return List.of(
                    utf8("{\"step\":1,\"layer\":\"a\",\"rows\":3,\"cols\":2,\"weights\":4.5,\"tokens\":7,\"inputs\":5,"
                            + "\"outputs\":2e0}\n{\"step\":2"),
                    utf8("{\"version\":1,\"step\":1,\"layer\":\"a\",\"rows\":3,\"cols\":2,\"weights\":4.5,\"tokens\":2,"
                            + "\"inputs\":5,\"outputs\":2,\"groups\":{\"tokens\":[1,1],\"inputs\":[4,1],\"outputs\":[1,1]},"
                            + "\"more\":[{}]}\n"));
        }

        @Override
        public List<byte[]> words() {
            return FuzzTarget.latin1("\"step\":", "\"layer\":", "\"groups\":{", "\"tokens\":[", "NaN", "1e308",
                    "9223372036854775807", "null", "\n");
        }

        @Override
        public int read(Path file) {
            return FuzzTarget.value(() -> {
                SumsFile sums = SumsFile.read(file);
                sums.lines().keySet().forEach(step -> sums.results(step, layer -> true));
                return sums;
            });
        }
    },

    /** Records with right checksums, whose contents are damaged. The length of each, one byte, stands before it. */
    EVENTS {
        @Override
        public List<byte[]> seeds() {
            Message tensor = new Message().number(1, EventBytes.DOUBLE)
                    .message(2, new Message().message(2, new Message().number(1, 1)))
                    .bytes(6, new byte[]{0, 0, 0, 0, 0, 0, -8, 63});
            return List.of(
                    contents(EventBytes.scalar(1, "train/loss", 2.5f), EventBytes.scalar(2, "eval/loss", 1.5f)),
                    contents(EventBytes.event(300, EventBytes.withPlugin(EventBytes.tensor("loss", tensor), "scalars")),
                            EventBytes.event(400, EventBytes.tensor("loss", tensor))));
        }

        @Override
        public List<byte[]> words() {
            return FuzzTarget.latin1("brain.Event:2", "scalars", "loss", "\u0008\u0001", "\u0015", "\"\u0004");
        }

        @Override
        public String fileName(byte[] input) {
            return "events.out.tfevents.1";
        }

        @Override
        public byte[] file(byte[] input) {
            List<byte[]> records = new ArrayList<>(List.of(VERSION));
            int at = 0;
            while (at < input.length) {
                int end = Math.min(input.length, at + 1 + Byte.toUnsignedInt(input[at]));
                records.add(Arrays.copyOfRange(input, at + 1, end));
                at = end;
            }
            return EventBytes.records(records);
        }

        @Override
        public int read(Path file) {
            return CSV.read(file);
        }
    },

    /** Whole files, whose checksums hardly survive. */
    EVENT_FILES {
        @Override
        public List<byte[]> seeds() {
            return EVENTS.seeds().stream().map(EVENTS::file).toList();
        }

        @Override
        public List<byte[]> words() {
            return EVENTS.words();
        }

        @Override
        public String fileName(byte[] input) {
            return EVENTS.fileName(input);
        }

        @Override
        public int read(Path file) {
            return CSV.read(file);
        }
    };

    private static final byte[] VERSION = new Message().text(3, "brain.Event:2").toBytes();

    private static byte[] contents(Message... events) {
        ByteArrayOutputStream contents = new ByteArrayOutputStream();
        for (Message event : events) {
            byte[] bytes = event.toBytes();
            contents.write(bytes.length);
            contents.writeBytes(bytes);
        }
        return contents.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
