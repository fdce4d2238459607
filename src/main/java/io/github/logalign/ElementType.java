package io.github.logalign;

import io.github.logalign.simd.Element;

/** The element type of a {@link Matrix}. */
public enum ElementType {
    /** IEEE 754 binary64, 8 bytes. */
    F64(Element.F64),
    /** IEEE 754 binary32, 4 bytes. */
    F32(Element.F32),
    /** IEEE 754 binary16, 2 bytes. */
    F16(Element.F16),
    /** bfloat16, the upper half of a binary32, 2 bytes. */
    BF16(Element.BF16);

    private final Element element;

    ElementType(Element element) {
        this.element = element;
    }

    /**
     * The size of one element.
     *
     * @return its size in bytes
     */
    public int bytes() {
        return element.bytes();
    }

    Element element() {
        return element;
    }
}
