package io.github.logalign.probe;

/**
 * What became of the tokens that a probe was offered since it was made, whatever the window. Every offered token is one of
 * the others: {@code offered = recorded + notDrawn + masked + dropped + stale + rejected}. A {@link SpectrumProbe} counts a token
 * when it is projected.
 *
 * @param offered tokens of all calls
 * @param recorded tokens that were drawn and count
 * @param notDrawn tokens that were not drawn
 * @param masked tokens that were drawn, but a mask left out
 * @param dropped tokens of batches that were dropped because too many were drawn, or everything was busy
 * @param stale tokens for weights that were replaced before they were counted as recorded
 * @param rejected tokens of batches that held NaN or infinite values, or could not be read
 * @param droppedBatches how many batches were dropped
 */
public record ProbeCounts(
        long offered, long recorded, long notDrawn, long masked, long dropped, long stale, long rejected,
        long droppedBatches) {}
