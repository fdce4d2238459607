package io.github.logalign.internal.engine;

import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;

/**
 * What error bars need of groups of tokens: their number, and the sums of their totals, squares and products, which stay as
 * small for any number of groups and can be added to others. The totals themselves are kept for comparisons group by group,
 * but not more than {@value #KEPT}: where there are more, several count as one, which is a coarser division into groups.
 *
 * <p>With a_d and b_d the energies of group d's outputs and inputs, A and B their sums over D groups, to first order
 * {@code ln(A/B)} moves by {@code a_d/A - b_d/B} where the group is weighted anew, so its variance is
 * {@code D/(D-1) sum (a_d/A - b_d/B)^2}: the delta method for a ratio of sums.
 */
public final class GroupMoments implements Serializable {

    @Serial
    private static final long serialVersionUID = 1L;

    /** The most totals that are kept. */
    public static final int KEPT = 1024;

    private long groups;
    private long tokens;
    private final ScaledSum outputs = new ScaledSum();
    private final ScaledSum inputs = new ScaledSum();
    private final ScaledSum inside = new ScaledSum();
    private final ScaledSum outputsSquared = new ScaledSum();
    private final ScaledSum outputsByInputs = new ScaledSum();
    private final ScaledSum inputsSquared = new ScaledSum();
    private final ScaledSum insideSquared = new ScaledSum();
    private final ScaledSum insideByInputs = new ScaledSum();
    private final ArrayList<ScaledSum> keptOutputs = new ArrayList<>();
    private final ArrayList<ScaledSum> keptInputs = new ArrayList<>();

    /** Adds a group; one without tokens is none. */
    public void add(GroupTotal group) {
        if (group.tokens() == 0) {
            return;
        }
        outputs.add(group.outputs());
        inputs.add(group.inputs());
        inside.add(group.inside());
        outputsSquared.addProduct(group.outputs(), group.outputs());
        outputsByInputs.addProduct(group.outputs(), group.inputs());
        inputsSquared.addProduct(group.inputs(), group.inputs());
        insideSquared.addProduct(group.inside(), group.inside());
        insideByInputs.addProduct(group.inside(), group.inputs());
        keep(group.outputs(), group.inputs(), groups);
        groups++;
        tokens += group.tokens();
    }

    /** Adds the groups of others, which follow those that are there. */
    public void add(GroupMoments others) {
        outputs.add(others.outputs);
        inputs.add(others.inputs);
        inside.add(others.inside);
        outputsSquared.add(others.outputsSquared);
        outputsByInputs.add(others.outputsByInputs);
        inputsSquared.add(others.inputsSquared);
        insideSquared.add(others.insideSquared);
        insideByInputs.add(others.insideByInputs);
        for (int i = 0; i < others.keptOutputs.size(); i++) {
            keep(others.keptOutputs.get(i), others.keptInputs.get(i), groups + i);
        }
        groups += others.groups;
        tokens += others.tokens;
    }

    private void keep(ScaledSum ofOutputs, ScaledSum ofInputs, long group) {
        int place = (int) (group % KEPT);
        if (place == keptOutputs.size()) {
            keptOutputs.add(new ScaledSum());
            keptInputs.add(new ScaledSum());
        }
        keptOutputs.get(place).add(ofOutputs);
        keptInputs.get(place).add(ofInputs);
    }

    /** The same once more. */
    public GroupMoments copy() {
        GroupMoments copy = new GroupMoments();
        copy.add(this);
        return copy;
    }

    /** Forgets all groups. */
    public void reset() {
        groups = 0;
        tokens = 0;
        for (ScaledSum sum : new ScaledSum[]{outputs, inputs, inside, outputsSquared, outputsByInputs, inputsSquared,
            insideSquared, insideByInputs}) {
            sum.reset();
        }
        keptOutputs.clear();
        keptInputs.clear();
    }

    /** How many groups there are. */
    public long groups() {
        return groups;
    }

    /** How many tokens they have. */
    public long tokens() {
        return tokens;
    }

    /** The variance of ln(A/B), for at least two groups and A and B above 0. */
    public double varianceOfLogRatio() {
        double squares = outputsSquared.dividedByProduct(outputs, outputs)
                - 2 * outputsByInputs.dividedByProduct(outputs, inputs)
                + inputsSquared.dividedByProduct(inputs, inputs);
        return variance(squares);
    }

    /** The variance of the share of the inputs within the numerical rank, for at least two groups and B above 0. */
    public double varianceOfInside() {
        double share = inside.dividedBy(inputs);
        double squares = insideSquared.dividedByProduct(inputs, inputs)
                - 2 * share * insideByInputs.dividedByProduct(inputs, inputs)
                + share * share * inputsSquared.dividedByProduct(inputs, inputs);
        return variance(squares);
    }

    /** Rounding can leave less than 0 where all groups are alike. */
    private double variance(double squares) {
        return Math.max(0, squares) * groups / (groups - 1);
    }

    /** By how much each group that is kept moves ln(A/B): {@code a_d/A - b_d/B}. */
    public double[] influences() {
        double[] influences = new double[keptOutputs.size()];
        for (int i = 0; i < influences.length; i++) {
            influences[i] = keptOutputs.get(i).dividedBy(outputs) - keptInputs.get(i).dividedBy(inputs);
        }
        return influences;
    }
}
