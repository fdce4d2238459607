package io.github.logalign.bench.results;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where results of a CPU are kept.
 *
 * @param folder its name, such as zen5, or zen5-avx2 where Java and C run as on CPUs without AVX-512
 */
public record Machine(String folder) {

    private static final Pattern FAMILY = Pattern.compile("(.*)\\(family (\\d+), model (\\d+)\\)");

    /** AVX2 without AVX-512, as the folder's name says it. */
    private static final String NARROW = "-avx2";

    /**
     * The machine of a CPU.
     *
     * @param cpu as {@code Environment} names it
     * @param narrow whether its vectors have 256 bits at most
     */
    static Machine of(String cpu, boolean narrow) {
        Matcher matcher = FAMILY.matcher(cpu);
        if (!matcher.matches()) {
            return new Machine(word(cpu));
        }
        int family = Integer.parseInt(matcher.group(2));
        int model = Integer.parseInt(matcher.group(3));
        String name = matcher.group(1).contains("AMD") ? amd(family, model) : "";
        return new Machine((name.isEmpty() ? word(matcher.group(1)) + "-" + family + "-" + model : name)
                + (narrow ? NARROW : ""));
    }

    /** By AMD's numbers of families and models; both generations of family 25 have some models each. */
    private static String amd(int family, int model) {
        boolean fourth = (model >= 0x10 && model < 0x20) || (model >= 0x60 && model < 0xb0);
        return switch (family) {
            case 23 -> model < 0x30 ? "zen1" : "zen2";
            case 25 -> fourth ? "zen4" : "zen3";
            case 26 -> "zen5";
            default -> "";
        };
    }

    private static String word(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }

    /** Whether vectors have 256 bits at most. */
    public boolean isNarrow() {
        return folder.endsWith(NARROW) || folder.startsWith("zen1") || folder.startsWith("zen2")
                || folder.startsWith("zen3");
    }
}
