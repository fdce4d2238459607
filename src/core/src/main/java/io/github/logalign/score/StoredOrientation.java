package io.github.logalign.score;

/** How a weight lies in its file. Whichever it is, W is output x input when it is scored. */
public enum StoredOrientation {
    /** Output x input, as PyTorch's Linear stores it: used as it is. */
    OUTPUT_INPUT("output-input"),
    /** Input x output, as the Conv1D of GPT-2 stores it: used transposed. */
    INPUT_OUTPUT("input-output");

    private final String label;

    StoredOrientation(String label) {
        this.label = label;
    }

    /**
     * The word of options and reports.
     *
     * @return {@code output-input} or {@code input-output}
     */
    public String label() {
        return label;
    }
}
