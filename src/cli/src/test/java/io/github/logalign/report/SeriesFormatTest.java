package io.github.logalign.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.logalign.Environment;
import io.github.logalign.score.Outcome;
import io.github.logalign.track.Alarms;
import io.github.logalign.track.Series;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The form of series files: files laid out by hand are read, and written again byte for byte. */
class SeriesFormatTest {

    /**
     * A row of each status, and one of the norm form, which has no spectra. Lines that end in a backslash go on.
     */
    private static final String CSV = """
            step,layer,weights,tensor,rows,cols,elementType,activations,activation,tokens,maskedTokens,method,driver,\
            precision,overlap,lar,larErrorEstimate,\
            larStandardError,larInterval.low,larInterval.high,larInterval.level,groups,groupedBy,intervalReason,\
            overlapInterval.low,overlapInterval.high,effectiveDimensionInterval.low,effectiveDimensionInterval.high,\
            nullSpaceEnergyInterval.low,nullSpaceEnergyInterval.high,\
            effectiveDimension,numericalRank,nullSpaceEnergy,\
            weightSpread.participationRatio,weightSpread.entropy,weightSpread.effectiveRank,weightSpread.largest,\
            activationSpread.participationRatio,activationSpread.entropy,activationSpread.effectiveRank,\
            activationSpread.largest,stableRank,\
            updateLar.z0dW,updateLar.dzW0,updateLar.dzdW,updateOverlap.z0dW,updateOverlap.dzW0,updateOverlap.dzdW,\
            updateRank.numerical,updateRank.stable,updateRank.effective,\
            updateFrom.weights,updateFrom.tensor,updateFrom.activations,updateFrom.activation,\
            orientation,orientationReason,status,reason,warnings,seconds,\
            baseline,deviation,deviationStandardError,deviationInterval.low,deviationInterval.high,\
            deviationInterval.level,deviationPValue,deviationTokens,slope,weightsStamp,activationsStamp,layoutOptions,configStamp
            100,head,w.safetensors,head.weight,20,16,F32,x.safetensors,head,10,2,svd,dtpqrt+dgesdd; projections by kernel,\
            double,0.25,0.75,1.98E-15,\
            0.01,0.73,0.77,0.95,10,sequences,,0.2,0.3,3.0,5.0,0.0,0.125,\
            4.0,16,0.0,\
            5.5,1.5,4.5,0.5,\
            6.5,2.0,7.5,\
            0.25,3.75,\
            ,,,,,,,,,,,,,\
            output-input,its activations fit only so,ok,,"[""one"",""two; still two""]",0.547,\
            0.8,0.05,0.01,0.03,0.07,0.95,1.0E-5,same,-0.001,4544 2026-01-02T03:04:05.123456789Z 8edb,3792 2026-01-02T03:04:06Z 674d,"'--map a=b",none
            100,norm,w.safetensors,norm.weight,20,16,BF16,x.safetensors,norm,10,0,norm,outputs by kernel,\
            single,0.0,-Infinity,Infinity,\
            ,,,,3,blocks of 32 tokens,too few groups,,,,,,,\
            Infinity,,,\
            ,,,,\
            ,,,\
            ,,\
            ,,,,,,,,,,,,,\
            input-output,"'--transposed",ok,,,0.5,\
            ,,,,,,,,,,,,
            100,"'=1+1",w.safetensors,"the ""weight"" b",6,8,F64,x.safetensors,,9,0,gram,none; projections by dgemm,\
            double,,,,\
            ,,,,,,,,,,,,,\
            ,0,1.0,\
            ,,,,\
            6.5,2.0,7.5,\
            0.25,0.0,\
            ,,,,,,,,,,,,,\
            output-input,its activations fit only so,undefined,every weight is 0; leave this layer out,,0.25,\
            ,,,,,,,,,,,,
            100,quant,w.safetensors,quant.weight,,,,x.safetensors,quant,,,,,\
            ,,,,\
            ,,,,,,,,,,,,,\
            ,,,\
            ,,,,\
            ,,,\
            ,,\
            ,,,,,,,,,,,,,\
            ,,skipped,it is I8; dequantise it,,8.91E-7,\
            ,,,,,,,,,,,,
            200,*,w.safetensors,,,,,,,,,,,\
            ,,,,\
            ,,,,,,,,,,,,,\
            ,,,\
            ,,,,\
            ,,,\
            ,,\
            ,,,,,,,,,,,,,\
            ,,failed,w.safetensors: it is damaged,,0.0,\
            ,,,,,,,,,,,,
            """
            .replace("\n", "\r\n");

    private static final String JSON_ROWS = """
              "rows" : [
                {
                  "step" : 100,
                  "layer" : "head",
                  "weights" : "w.safetensors",
                  "tensor" : "head.weight",
                  "rows" : 20,
                  "cols" : 16,
                  "elementType" : "F32",
                  "activations" : "x.safetensors",
                  "activation" : "head",
                  "tokens" : 10,
                  "maskedTokens" : 2,
                  "method" : "svd",
                  "driver" : "dtpqrt+dgesdd; projections by kernel",
                  "precision" : "double",
                  "overlap" : 0.25,
                  "lar" : 0.75,
                  "larErrorEstimate" : 1.98E-15,
                  "larStandardError" : 0.01,
                  "larInterval" : {
                    "low" : 0.73,
                    "high" : 0.77,
                    "level" : 0.95
                  },
                  "groups" : 10,
                  "groupedBy" : "sequences",
                  "intervalReason" : null,
                  "overlapInterval" : {
                    "low" : 0.2,
                    "high" : 0.3
                  },
                  "effectiveDimensionInterval" : {
                    "low" : 3.0,
                    "high" : 5.0
                  },
                  "nullSpaceEnergyInterval" : {
                    "low" : 0.0,
                    "high" : 0.125
                  },
                  "effectiveDimension" : 4.0,
                  "numericalRank" : 16,
                  "nullSpaceEnergy" : 0.0,
                  "weightSpread" : {
                    "participationRatio" : 5.5,
                    "entropy" : 1.5,
                    "effectiveRank" : 4.5,
                    "largest" : 0.5
                  },
                  "activationSpread" : {
                    "participationRatio" : 6.5,
                    "entropy" : 2.0,
                    "effectiveRank" : 7.5,
                    "largest" : 0.25
                  },
                  "stableRank" : 3.75,
                  "updateLar" : null,
                  "updateOverlap" : null,
                  "updateRank" : null,
                  "updateFrom" : null,
                  "orientation" : "output-input",
                  "orientationReason" : "its activations fit only so",
                  "status" : "ok",
                  "reason" : null,
                  "warnings" : [
                    "one",
                    "two; still two"
                  ],
                  "seconds" : 0.547,
                  "baseline" : 0.8,
                  "deviation" : 0.05,
                  "deviationStandardError" : 0.01,
                  "deviationInterval" : {
                    "low" : 0.03,
                    "high" : 0.07,
                    "level" : 0.95
                  },
                  "deviationPValue" : 1.0E-5,
                  "deviationTokens" : "same",
                  "slope" : -0.001,
                  "weightsStamp" : "4544 2026-01-02T03:04:05.123456789Z 8edb",
                  "activationsStamp" : "3792 2026-01-02T03:04:06Z 674d",
                  "layoutOptions" : "--map a=b",
                  "configStamp" : "none"
                },
                {
                  "step" : 200,
                  "layer" : "*",
                  "weights" : "w.safetensors",
                  "tensor" : null,
                  "rows" : null,
                  "cols" : null,
                  "elementType" : null,
                  "activations" : null,
                  "activation" : null,
                  "tokens" : null,
                  "maskedTokens" : null,
                  "method" : null,
                  "driver" : null,
                  "precision" : null,
                  "overlap" : null,
                  "lar" : null,
                  "larErrorEstimate" : null,
                  "larStandardError" : null,
                  "larInterval" : null,
                  "groups" : null,
                  "groupedBy" : null,
                  "intervalReason" : null,
                  "overlapInterval" : null,
                  "effectiveDimensionInterval" : null,
                  "nullSpaceEnergyInterval" : null,
                  "effectiveDimension" : null,
                  "numericalRank" : null,
                  "nullSpaceEnergy" : null,
                  "weightSpread" : null,
                  "activationSpread" : null,
                  "stableRank" : null,
                  "updateLar" : null,
                  "updateOverlap" : null,
                  "updateRank" : null,
                  "updateFrom" : null,
                  "orientation" : null,
                  "orientationReason" : null,
                  "status" : "failed",
                  "reason" : "w.safetensors: it is damaged",
                  "warnings" : [ ],
                  "seconds" : 0.0,
                  "baseline" : null,
                  "deviation" : null,
                  "deviationStandardError" : null,
                  "deviationInterval" : null,
                  "deviationPValue" : null,
                  "deviationTokens" : null,
                  "slope" : null,
                  "weightsStamp" : null,
                  "activationsStamp" : null,
                  "layoutOptions" : null,
                  "configStamp" : null
                }
              ],
              "alarms" : [ ]
            }
            """;

    @TempDir
    Path folder;

    @Test
    void csv() throws IOException {
        Series series = SeriesFile.read(Files.writeString(folder.resolve("series.csv"), CSV));
        List<Outcome> outcomes = series.rows().stream().map(row -> row.score().outcome()).toList();
        assertInstanceOf(Outcome.Scored.class, outcomes.get(0));
        assertInstanceOf(Outcome.Scored.class, outcomes.get(1));
        assertInstanceOf(Outcome.Undefined.class, outcomes.get(2));
        assertEquals(new Outcome.Skipped("it is I8; dequantise it"), outcomes.get(3));
        assertEquals(new Outcome.Failed("w.safetensors: it is damaged"), outcomes.get(4));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SeriesFile.writeCsv(out, series);
        assertEquals(CSV, out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void json() throws IOException {
        String start = "{\n  \"schema\" : 1,\n  \"environment\" : { },\n";
        Series series = SeriesFile.read(Files.writeString(folder.resolve("series.json"), start + JSON_ROWS));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SeriesFile.writeJson(out, Environment.current(), 1, series, Alarms.NONE);
        String written = out.toString(StandardCharsets.UTF_8);
        assertEquals(JSON_ROWS, written.substring(written.indexOf("  \"rows\"")));
    }
}
