using WsPrism.Wasm;
using WsPrism.Wasm.Decoding;
using static WsPrism.Wasm.WasmValueType;

namespace WsPrism.Fuzz.Targets;

/// <summary>
/// Writes valid modules: three functions over locals of all types, a memory, a table, globals. Each choice takes a byte of the input; when there are no more,
/// the shortest way out is taken.
/// </summary>
internal sealed class WasmCodeWriter
{
    private const int MaxDepth = 12;

    private static readonly WasmValueType[] Numbers = [I32, I64, F32, F64];
    private static readonly WasmValueType[] All = [I32, I64, F32, F64, FuncRef, ExternRef];

    // Type 0 is () -> (), type n is (i32, i64, f32, f64) -> (the nth of all types), type 7 gives several, type 8 takes and gives.
    private static readonly byte[][] Types =
    [
        [0x60, 0, 0],
        .. All.Select(type => (byte[])[0x60, 4, 0x7F, 0x7E, 0x7D, 0x7C, 1, (byte)type]),
        [0x60, 4, 0x7F, 0x7E, 0x7D, 0x7C, 3, 0x7F, 0x7C, 0x7E],
        [0x60, 2, 0x7F, 0x7E, 2, 0x7E, 0x7F],
    ];

    private static readonly ILookup<WasmValueType, (Opcode Opcode, NumericSignature Signature)> Operations = Enum.GetValues<Opcode>()
        .Where(opcode => OpcodeTable.TryGetNumeric(opcode, out _))
        .Select(opcode => OpcodeTable.TryGetNumeric(opcode, out var signature) ? (opcode, signature) : default)
        .ToLookup(operation => operation.signature.Result);

    private readonly byte[] _input;
    private readonly List<byte> _code = [];
    private readonly List<WasmValueType?> _labels = [];
    private WasmValueType? _result;
    private int _at;

    public WasmCodeWriter(byte[] input)
    {
        _input = input;
    }

    public byte[] Build()
    {
        var functions = new byte[] { 1, 2, 4, 7, 5 };
        var bodies = functions.Select(Body).ToArray();
        return
        [
            .. "\0asm"u8, 1, 0, 0, 0,
            .. Section(1, [(byte)Types.Length, .. Types.SelectMany(type => type)]),
            .. Section(3, [(byte)functions.Length, .. functions]),
            .. Section(4, [2, 0x70, 1, 6, 20, 0x6F, 0, 3]),
            .. Section(5, [1, 1, 1, 3]),
            .. Section(6, [6, 0x7F, 1, 0x41, 9, 0x0B, 0x7E, 1, 0x42, 9, 0x0B, 0x7D, 1, 0x43, 0, 0, 0, 1, 0x0B, 0x7C, 1, 0x44, 0, 0, 0, 0, 0, 0, 0, 1, 0x0B, 0x70, 1, 0xD0, 0x70, 0x0B, 0x6F, 1, 0xD0, 0x6F, 0x0B]),
            .. Section(7, [(byte)functions.Length, .. functions.SelectMany((_, index) => (byte[])[1, (byte)('a' + index), 0, (byte)index])]),
            .. Section(9, [1, 0, 0x41, 0, 0x0B, 5, 0, 1, 2, 3, 4]),
            .. Section(12, [1]),
            .. Section(10, [(byte)functions.Length, .. bodies.SelectMany(Sized)]),
            .. Section(11, [1, 1, 4, 1, 2, 3, 4]),
        ];
    }

    private static byte[] Section(byte id, byte[] content) => [id, .. Sized(content)];

    private static byte[] Sized(byte[] content) => [.. Unsigned((uint)content.Length), .. content];

    private static byte[] Unsigned(uint value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));

        bytes.Add((byte)value);
        return [.. bytes];
    }

    // Locals 0 to 3 are parameters; 4 and 5 are references, 6 to 9 numbers once more.
    private byte[] Body(byte type)
    {
        _code.Clear();
        _labels.Clear();
        _result = type is >= 1 and <= 6 ? All[type - 1] : null;
        var isSeveral = type == 7;
        for (var count = Choose(6); count > 0; count--)
            Statement(0, isSeveral);

        if (isSeveral)
        {
            Expression(I32, 0);
            Expression(F64, 0);
            Expression(I64, 0);
        }
        else
        {
            Expression(_result!.Value, 0);
        }

        return [6, 1, 0x70, 1, 0x6F, 1, 0x7F, 1, 0x7E, 1, 0x7D, 1, 0x7C, .. _code, 0x0B];
    }

    private int Choose(int count) => _at < _input.Length ? _input[_at++] % count : 0;

    private static byte Local(WasmValueType type, int which) => (type, which) switch
    {
        (I32, 0) => 0,
        (I64, 0) => 1,
        (F32, 0) => 2,
        (F64, 0) => 3,
        (FuncRef, _) => 4,
        (ExternRef, _) => 5,
        (I32, _) => 6,
        (I64, _) => 7,
        (F32, _) => 8,
        _ => 9,
    };

    private void Emit(params ReadOnlySpan<byte> bytes) => _code.AddRange(bytes);

    private void EmitOpcode(Opcode opcode)
    {
        if ((int)opcode > 0xFF)
            Emit([0xFC, .. Unsigned((byte)opcode)]);
        else
            Emit((byte)opcode);
    }

    private void Expression(WasmValueType type, int depth)
    {
        if (depth >= MaxDepth)
        {
            Emit(0x20, Local(type, Choose(2)));
            return;
        }

        switch (Choose(16))
        {
            case 0:
                Emit(0x20, Local(type, Choose(2)));
                break;
            case 1:
                Constant(type);
                break;
            case 2:
                Expression(type, depth + 1);
                Emit(0x22, Local(type, Choose(2)));
                break;
            case 3:
                Emit(0x23, (byte)Array.IndexOf(All, type));
                break;
            case 4:
                Expression(type, depth + 1);
                Expression(type, depth + 1);
                Expression(I32, depth + 1);
                Emit(0x1C, 1, (byte)type);
                break;
            case 5:
                Expression(I32, depth + 1);
                Emit(0x04, (byte)type);
                Block(type, () => Expression(type, depth + 1), () =>
                {
                    Emit(0x05);
                    Expression(type, depth + 1);
                });
                break;
            case 6:
                Emit((byte)(0x02 + Choose(2)), (byte)type);
                var isLoop = _code[^2] == 0x03;
                Block(isLoop ? null : type, () =>
                {
                    Statement(depth + 1);
                    Expression(type, depth + 1);
                });
                break;
            case 7:
                Call(type, depth);
                break;
            case 8:
                ConditionalBranch(type, depth);
                break;
            case 9 or 10:
                Load(type, depth);
                break;
            case 11:
                // Leaves more than it should below a branch: what is too much is dropped.
                Emit(0x02, (byte)type);
                Block(type, () =>
                {
                    Expression(All[Choose(6)], depth + 1);
                    Expression(type, depth + 1);
                    Emit(0x0C, 0);
                });
                break;
            default:
                Operation(type, depth);
                break;
        }
    }

    private void Block(WasmValueType? label, params Action[] parts)
    {
        _labels.Add(label);
        foreach (var part in parts)
            part();

        _labels.RemoveAt(_labels.Count - 1);
        Emit(0x0B);
    }

    private void Constant(WasmValueType type)
    {
        switch (type)
        {
            case I32:
                Emit(0x41, (byte)Choose(128));
                break;
            case I64:
                Emit(0x42, (byte)(Choose(128) | 0x80), (byte)Choose(128));
                break;
            case F32:
                Emit(0x43, (byte)Choose(256), 0, (byte)Choose(256), (byte)Choose(256));
                break;
            case F64:
                Emit(0x44, (byte)Choose(256), 0, 0, 0, 0, 0, (byte)Choose(256), (byte)Choose(256));
                break;
            case FuncRef when Choose(2) == 1:
                Emit(0xD2, (byte)Choose(5));
                break;
            default:
                Emit(0xD0, (byte)type);
                break;
        }
    }

    private void Arguments(int depth)
    {
        foreach (var type in Numbers)
            Expression(type, depth + 2);
    }

    private void Call(WasmValueType type, int depth)
    {
        Arguments(depth);
        var index = Array.IndexOf(All, type) + 1;
        var direct = Array.IndexOf([1, 2, 4, 7, 5], index);
        if (direct >= 0 && Choose(2) == 0)
        {
            Emit(0x10, (byte)direct);
        }
        else
        {
            Expression(I32, depth + 1);
            Emit(0x11, (byte)index, 0);
        }
    }

    private void ConditionalBranch(WasmValueType type, int depth)
    {
        Expression(type, depth + 1);
        var targets = Enumerable.Range(0, _labels.Count).Where(label => _labels[_labels.Count - 1 - label] == type).ToArray();
        if (targets.Length == 0)
            return;

        Expression(I32, depth + 1);
        Emit(0x0D, (byte)targets[Choose(targets.Length)]);
    }

    private void Load(WasmValueType type, int depth)
    {
        if (type is FuncRef or ExternRef)
        {
            Expression(I32, depth + 1);
            Emit(0x25, (byte)(type == FuncRef ? 0 : 1));
            return;
        }

        var loads = Enumerable.Range(0x28, 14).Where(code => OpcodeTable.Access((Opcode)code).Type == type).ToArray();
        Expression(I32, depth + 1);
        Emit([(byte)loads[Choose(loads.Length)], 0, .. Unsigned((uint)Choose(256) << (4 * Choose(7)))]);
    }

    private void Operation(WasmValueType type, int depth)
    {
        if (type is FuncRef or ExternRef)
        {
            Constant(type);
            return;
        }

        if (type == I32 && Choose(8) == 1)
        {
            Special(depth);
            return;
        }

        var operations = Operations[type].ToArray();
        var (opcode, signature) = operations[(Choose(256) + (256 * Choose(2))) % operations.Length];
        for (var count = signature.Operands; count > 0; count--)
            Expression(signature.Operand, depth + 1);

        EmitOpcode(opcode);
    }

    private void Special(int depth)
    {
        switch (Choose(6))
        {
            case 0:
                Emit(0x3F, 0);
                break;
            case 1:
                Expression(I32, depth + 1);
                Emit(0x40, 0);
                break;
            case 2:
                Emit(0xFC, 0x10, (byte)Choose(2));
                break;
            case 3:
                Expression(FuncRef, depth + 1);
                Expression(I32, depth + 1);
                Emit(0xFC, 0x0F, 0);
                break;
            default:
                Expression(Choose(2) == 0 ? FuncRef : ExternRef, depth + 1);
                Emit(0xD1);
                break;
        }
    }

    private void Statement(int depth, bool isSeveral = false)
    {
        if (depth >= MaxDepth)
            return;

        var type = All[Choose(6)];
        switch (Choose(16))
        {
            case 0:
                Emit(0x01);
                break;
            case 1 or 2:
                Expression(type, depth + 1);
                Emit(0x21, Local(type, Choose(2)));
                break;
            case 3:
                Expression(type, depth + 1);
                Emit(0x24, (byte)Array.IndexOf(All, type));
                break;
            case 4:
                Expression(type, depth + 1);
                Emit(0x1A);
                break;
            case 5 or 6:
                var number = Numbers[Choose(4)];
                var stores = Enumerable.Range(0x36, 9).Where(code => OpcodeTable.Access((Opcode)code).Type == number).ToArray();
                Expression(I32, depth + 1);
                Expression(number, depth + 1);
                Emit([(byte)stores[Choose(stores.Length)], 0, .. Unsigned((uint)Choose(256))]);
                break;
            case 7 or 8:
                Emit((byte)(0x02 + Choose(2)), 0x40);
                var isLoop = _code[^2] == 0x03;
                _labels.Add(null);
                for (var count = Choose(4); count > 0; count--)
                    Statement(depth + 1);

                if (isLoop)
                {
                    Expression(I32, depth + 1);
                    Emit(0x0D, 0);
                }

                _labels.RemoveAt(_labels.Count - 1);
                Emit(0x0B);
                break;
            case 9:
                Expression(I32, depth + 1);
                Emit(0x04, 0x40);
                Block(null, () => Statement(depth + 1), () =>
                {
                    if (Choose(2) == 0)
                        return;

                    Emit(0x05);
                    Statement(depth + 1);
                });
                break;
            case 10:
                // Four blocks with a result each, and a table that leaves one of them.
                for (var count = 0; count < 3; count++)
                    Emit(0x02, (byte)type);

                _labels.AddRange([type, type, type]);
                Expression(type, depth + 1);
                Expression(I32, depth + 1);
                Emit(0x0E, 2, 0, 1, 2);
                _labels.RemoveRange(_labels.Count - 3, 3);
                Emit(0x0B, 0x0B, 0x0B, 0x1A);
                break;
            case 11 when _result is { } result:
                Expression(I32, depth + 1);
                Emit(0x04, 0x40);
                Block(null, () =>
                {
                    Expression(result, depth + 1);
                    Emit(0x0F);
                });
                break;
            case 12:
                Expression(I32, depth + 1);
                Expression(I32, depth + 1);
                Expression(I32, depth + 1);
                Emit(Bulk(Choose(5)));
                break;
            case 13:
                Arguments(depth);
                Emit(0x10, 3, 0x1A, 0x1A, 0x1A);
                break;
            case 14:
                // A block that takes and gives several: of type 8.
                Expression(I32, depth + 1);
                Expression(I64, depth + 1);
                Emit((byte)(0x02 + Choose(2)), 8);
                _labels.Add(null);
                Emit(0x21, 7, 0x21, 6);
                Statement(depth + 1);
                Emit(0x20, 7, 0x20, 6);
                _labels.RemoveAt(_labels.Count - 1);
                Emit(0x0B, 0x1A, 0x1A);
                break;
            default:
                if (isSeveral && Choose(4) == 1)
                    Emit(0x02, 0x40, 0x00, 0x0B);

                break;
        }
    }

    private static byte[] Bulk(int which) => which switch
    {
        0 => [0xFC, 0x0A, 0, 0],
        1 => [0xFC, 0x0B, 0],
        2 => [0xFC, 0x08, 0, 0],
        3 => [0xFC, 0x0E, 0, 0],
        _ => [0xFC, 0x0C, 0, 0],
    };
}
