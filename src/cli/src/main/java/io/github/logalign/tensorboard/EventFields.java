package io.github.logalign.tensorboard;

/**
 * The numbers of the fields that are read or written here.
 *
 * <p>Source: tensorboard/compat/proto: event.proto, summary.proto, tensor.proto and tensor_shape.proto.
 */
final class EventFields {

    /** What the first event of every file says. */
    static final String VERSION = "brain.Event:2";

    static final int EVENT_WALL_TIME = 1;
    static final int EVENT_STEP = 2;
    static final int EVENT_FILE_VERSION = 3;
    static final int EVENT_SUMMARY = 5;
    static final int EVENT_SOURCE = 10;

    static final int SOURCE_WRITER = 1;

    static final int SUMMARY_VALUE = 1;

    static final int VALUE_TAG = 1;
    static final int VALUE_SIMPLE = 2;
    static final int VALUE_TENSOR = 8;
    static final int VALUE_METADATA = 9;

    static final int METADATA_PLUGIN = 1;
    static final int PLUGIN_NAME = 1;

    static final int TENSOR_TYPE = 1;
    static final int TENSOR_SHAPE = 2;
    static final int TENSOR_CONTENT = 4;

    static final int SHAPE_DIMENSION = 2;
    static final int DIMENSION_SIZE = 1;

    private EventFields() {}
}
