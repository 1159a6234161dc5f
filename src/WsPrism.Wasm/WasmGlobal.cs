using WsPrism.Wasm.Runtime;

namespace WsPrism.Wasm;

/// <summary>A global. It belongs to the thread of its store.</summary>
public sealed class WasmGlobal
{
    /// <summary>A global for modules to import.</summary>
    /// <param name="store">The store of those modules.</param>
    /// <param name="type">Its type.</param>
    /// <param name="value">Its value, of exactly the type.</param>
    public WasmGlobal(WasmStore store, WasmGlobalType type, object? value)
        : this(store, type)
    {
        Write(value);
    }

    internal WasmGlobal(WasmStore store, WasmGlobalType type)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(type);
        Store = store;
        Type = type;
    }

    /// <summary>Its type.</summary>
    public WasmGlobalType Type { get; }

    /// <summary>Its value: int, long, float, double, a function or a reference of the host's.</summary>
    /// <exception cref="InvalidOperationException">It cannot change.</exception>
    /// <exception cref="ArgumentException">The value is of another type.</exception>
    public object? Value
    {
        get => Type.ValueType switch
        {
            WasmValueType.I32 => (int)_bits,
            WasmValueType.I64 => _bits,
            WasmValueType.F32 => BitConverter.Int32BitsToSingle((int)_bits),
            WasmValueType.F64 => BitConverter.Int64BitsToDouble(_bits),
            _ => _reference,
        };
        set
        {
            if (!Type.IsMutable)
                throw new InvalidOperationException("This global cannot change.");

            Write(value);
        }
    }

    internal WasmStore Store { get; }

    // Fields, since compiled code reads and writes them. Numbers are in the low bits, references in the other field.
    internal long _bits;
    internal object? _reference;

    private void Write(object? value)
    {
        Boundary.Check(value, Type.ValueType, Store);
        switch (Type.ValueType)
        {
            case WasmValueType.I32:
                _bits = (int)value!;
                break;
            case WasmValueType.I64:
                _bits = (long)value!;
                break;
            case WasmValueType.F32:
                _bits = BitConverter.SingleToInt32Bits((float)value!);
                break;
            case WasmValueType.F64:
                _bits = BitConverter.DoubleToInt64Bits((double)value!);
                break;
            default:
                _reference = value;
                break;
        }
    }
}
