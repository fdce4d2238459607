package io.github.logalign.internal.blas;

import io.github.logalign.internal.blas.BlasInfo.Attempt;
import io.github.logalign.internal.blas.BlasInfo.Origin;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A loaded library: its symbols, what it says about itself, and its number of threads. */
final class Library {

    /** The routines that are bound: the list of what a library is asked for. */
    static final List<Subroutine> ROUTINES = Stream.of(
            Svd.ROUTINES, Qr.ROUTINES, Tridiagonal.ROUTINES, Level3.ROUTINES)
            .flatMap(List::stream)
            .toList();

    private final SymbolLookup symbols;
    private @Nullable Supplier<BlasInfo> description;

    Library(SymbolLookup symbols) {
        this.symbols = symbols;
    }

    /** The symbols of required routines that are not there. */
    List<String> missing() {
        return missing(ROUTINES);
    }

    List<String> missing(List<Subroutine> routines) {
        return Stream.of(Real.values())
                .flatMap(real -> routines.stream().filter(Subroutine::isRequired).map(routine -> routine.symbol(real)))
                .filter(symbol -> symbols.find(symbol).isEmpty())
                .toList();
    }

    boolean has(Subroutine routine, Real real) {
        return symbols.find(routine.symbol(real)).isPresent();
    }

    /** A Fortran subroutine: every argument by reference, then the length of each CHARACTER argument. */
    MethodHandle subroutine(Subroutine routine, Real real) {
        MemoryLayout[] layouts = new MemoryLayout[routine.arguments() + routine.characters()];
        Arrays.fill(layouts, 0, routine.arguments(), ValueLayout.ADDRESS);
        Arrays.fill(layouts, routine.arguments(), layouts.length, ValueLayout.JAVA_LONG);
        return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(routine.symbol(real)),
                FunctionDescriptor.ofVoid(layouts));
    }

    @Nullable
    String config() {
        return text("openblas_get_config");
    }

    /** Whose code runs, for a library that holds code for many CPUs. */
    @Nullable
    String coreName() {
        return text("openblas_get_corename");
    }

    /** Parallelism belongs to the callers' threads: this library's own would spin against them. */
    void useOneThread() {
        for (String name : List.of("openblas_set_num_threads", "MKL_Set_Num_Threads")) {
            Optional<MemorySegment> symbol = symbols.find(name);
            if (symbol.isPresent()) {
                MethodHandle setter = Linker.nativeLinker()
                        .downcallHandle(symbol.get(), FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
                try {
                    setter.invokeExact(1);
                } catch (Throwable impossible) {
                    throw new IllegalStateException(impossible);
                }
            }
        }
    }

    /**
     * Keeps the result of {@link #info}. The library itself is asked only then: few callers need this, and each call costs
     * time.
     */
    void describe(Origin origin, String place, @Nullable String config, List<Attempt> attempts) {
        description = () -> new BlasInfo(origin, place, config, coreName(), threads(), attempts);
    }

    BlasInfo info() {
        if (description == null) {
            throw new IllegalStateException("the library was not accepted");
        }
        return description.get();
    }

    private @Nullable Integer threads() {
        Optional<MemorySegment> symbol = symbols.find("openblas_get_num_threads");
        if (symbol.isEmpty()) {
            return null;
        }
        try {
            return (int) Linker.nativeLinker()
                    .downcallHandle(symbol.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT))
                    .invokeExact();
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private @Nullable String text(String function) {
        Optional<MemorySegment> symbol = symbols.find(function);
        if (symbol.isEmpty()) {
            return null;
        }
        try {
            MemorySegment chars = (MemorySegment) Linker.nativeLinker()
                    .downcallHandle(symbol.get(), FunctionDescriptor.of(ValueLayout.ADDRESS))
                    .invokeExact();
            return chars.address() == 0 ? null : chars.reinterpret(4096).getString(0).strip();
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
