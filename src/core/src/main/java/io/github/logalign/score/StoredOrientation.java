package io.github.logalign.score;

/** The orientation of a weight in its file. When it is scored, W is output x input in either case. */
public enum StoredOrientation {
    /** Output x input, as stored by PyTorch's Linear; used as stored. */
    OUTPUT_INPUT("output-input"),
    /** Input x output, as stored by the Conv1D of GPT-2; used transposed. */
    INPUT_OUTPUT("input-output");

    private final String label;

    StoredOrientation(String label) {
        this.label = label;
    }

    /**
     * The name used in options and reports.
     *
     * @return {@code output-input} or {@code input-output}
     */
    public String label() {
        return label;
    }
}
