package io.github.logalign.tensor;

/** The instructions of pickles that are read here. */
final class PickleCode {

    static final int PROTO = 0x80;
    static final int FRAME = 0x95;
    static final int STOP = '.';

    static final int MARK = '(';
    static final int POP = '0';
    static final int POP_MARK = '1';
    static final int DUP = '2';

    static final int NONE = 'N';
    static final int TRUE = 0x88;
    static final int FALSE = 0x89;
    static final int BYTE = 'K';
    static final int SHORT = 'M';
    static final int INT = 'J';
    static final int LONG1 = 0x8a;
    static final int FLOAT = 'G';
    static final int TEXT = 'X';
    static final int SHORT_TEXT = 0x8c;
    static final int LONG_TEXT = 0x8d;
    static final int BYTES = 'B';
    static final int SHORT_BYTES = 'C';
    static final int LONG_BYTES = 0x8e;
    static final int OLD_TEXT = 'T';
    static final int OLD_SHORT_TEXT = 'U';

    static final int EMPTY_TUPLE = ')';
    static final int TUPLE = 't';
    static final int TUPLE1 = 0x85;
    static final int TUPLE2 = 0x86;
    static final int TUPLE3 = 0x87;
    static final int EMPTY_LIST = ']';
    static final int LIST = 'l';
    static final int APPEND = 'a';
    static final int APPENDS = 'e';
    static final int EMPTY_SET = 0x8f;
    static final int ADD_ITEMS = 0x90;
    static final int FROZEN_SET = 0x91;
    static final int EMPTY_DICT = '}';
    static final int DICT = 'd';
    static final int SET_ITEM = 's';
    static final int SET_ITEMS = 'u';

    static final int GLOBAL = 'c';
    static final int STACK_GLOBAL = 0x93;
    static final int REDUCE = 'R';
    static final int NEW_OBJECT = 0x81;
    static final int BUILD = 'b';
    static final int PERSISTENT_ID = 'Q';

    static final int PUT = 'q';
    static final int LONG_PUT = 'r';
    static final int MEMOIZE = 0x94;
    static final int GET = 'h';
    static final int LONG_GET = 'j';

    private PickleCode() {}
}
