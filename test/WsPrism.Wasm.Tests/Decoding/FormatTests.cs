namespace WsPrism.Wasm.Tests.Decoding;

/// <summary>What is no module, beyond what the core test suite has.</summary>
public sealed class FormatTests
{
    [Fact]
    public void The_empty_module_is_one() => Assert.Empty(WasmModule.Parse(new ModuleWriter().Build()).Exports);

    [Fact]
    public void Where_the_fault_is_is_said()
    {
        var fault = Assert.Throws<WasmFormatException>(() => WasmModule.Parse([0, (byte)'a', (byte)'s', (byte)'m', 1, 0, 0, 0, 99, 0]));

        Assert.Equal(9, fault.Offset);
        Assert.Contains("byte 9", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_module_cut_short_is_refused_or_shorter_by_a_section()
    {
        foreach (var name in TestModules.Names)
        {
            var bytes = TestModules.Bytes(name);
            for (var length = 0; length < bytes.Length; length++)
            {
                var part = bytes.AsSpan(0, length).ToArray();
                Assert.True(Record.Exception(() => WasmModule.Parse(part)) is null or WasmFormatException);
            }
        }
    }

    // 0xFD is SIMD's prefix, 0xFE that of atomics; 0x06 the exceptions', 0x12 the tail calls'.
    [Theory]
    [InlineData(0xFD)]
    [InlineData(0xFE)]
    [InlineData(0x06)]
    [InlineData(0x12)]
    [InlineData(0xFF)]
    public void Instructions_of_other_proposals_are_refused(byte opcode) =>
        Assert.Throws<WasmFormatException>(() => WasmModule.Parse(ModuleWriter.Function([opcode, 0, 0, 0])));

    [Fact]
    public void A_block_type_is_written_with_one_byte_or_as_an_index()
    {
        WasmModule.Parse(ModuleWriter.Function([0x02, 0x40, 0x0B]));

        Assert.Throws<WasmFormatException>(() => WasmModule.Parse(ModuleWriter.Function([0x02, 0xC0, 0x7F, 0x0B])));
    }

    [Fact]
    public void A_deep_expression_compiles()
    {
        // ((1 + 1) + 1) + ..., and 1 + (1 + (1 + ...)) as deep as operands may be.
        byte[] left = [0x41, 1, .. Enumerable.Range(0, 50_000).SelectMany(_ => (byte[])[0x41, 1, 0x6A]), 0x1A];
        byte[] right = [.. Enumerable.Range(0, 4_000).SelectMany(_ => (byte[])[0x41, 1]), .. Enumerable.Repeat((byte)0x6A, 3_999), 0x1A];

        new WasmInstance(WasmModule.Parse(ModuleWriter.Function(left))).Invoke("f");
        new WasmInstance(WasmModule.Parse(ModuleWriter.Function(right))).Invoke("f");
    }
}
