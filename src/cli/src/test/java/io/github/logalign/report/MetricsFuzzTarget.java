package io.github.logalign.report;

import io.github.logalign.fuzz.FuzzTarget;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
    };

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
