package io.github.logalign.score;

import io.github.logalign.score.LayerScore.Status;

/**
 * Why a row will not be computed.
 *
 * @param status the row's status
 * @param reason what is wrong with which tensor of which file, and what to do
 */
public record Refusal(Status status, String reason) {

    static Refusal skipped(String reason) {
        return new Refusal(Status.SKIPPED, reason);
    }

    static Refusal failed(String reason) {
        return new Refusal(Status.FAILED, reason);
    }
}
