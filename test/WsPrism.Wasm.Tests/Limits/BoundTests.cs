using WsPrism.Wasm.Decoding;

namespace WsPrism.Wasm.Tests.Limits;

/// <summary>Each bound of a module: at the bound it is taken and runs, one past it is not.</summary>
public sealed class BoundTests
{
    [Fact]
    public void Locals() => AtAndPast(ModuleBounds.Locals, count => ModuleWriter.Function([], [1, .. ModuleWriter.Unsigned((uint)count), 0x7F]));

    [Fact]
    public void Locals_in_groups() =>
        AtAndPast(ModuleBounds.Locals, count => ModuleWriter.Function([], [2, .. ModuleWriter.Unsigned((uint)count - 5), 0x7C, 5, 0x7F]));

    [Fact]
    public void Blocks() => AtAndPast(
        ModuleBounds.Blocks - 1, count => ModuleWriter.Function([.. Enumerable.Range(0, count).SelectMany(_ => (byte[])[0x02, 0x40]), .. Enumerable.Repeat((byte)0x0B, count)]));

    [Fact]
    public void Loops() => AtAndPast(
        ModuleBounds.Blocks - 1, count => ModuleWriter.Function([.. Enumerable.Range(0, count).SelectMany(_ => (byte[])[0x03, 0x40]), .. Enumerable.Repeat((byte)0x0B, count)]));

    [Fact]
    public void Operands() => AtAndPast(
        ModuleBounds.Operands,
        count => ModuleWriter.Function([.. Enumerable.Range(0, count).SelectMany(_ => (byte[])[0x41, 1]), .. Enumerable.Repeat((byte)0x6A, count - 1), 0x1A]));

    [Fact]
    public void Bytes_of_a_function() => AtAndPast(ModuleBounds.FunctionBytes - 2, count => ModuleWriter.Function([.. Enumerable.Repeat((byte)0x01, count)]));

    [Fact]
    public void Parameters() => AtAndPast(ModuleBounds.Parameters, count => Types([0x60, .. ModuleWriter.Sized([.. Enumerable.Repeat((byte)0x7E, count)]), 0]));

    [Fact]
    public void Results() => AtAndPast(ModuleBounds.Results, count => Types([0x60, 0, .. ModuleWriter.Sized([.. Enumerable.Repeat((byte)0x7E, count)])]));

    [Fact]
    public void Many_types() => AtAndPast(ModuleBounds.Types, count => new ModuleWriter()
        .Section(1, [.. ModuleWriter.Unsigned((uint)count), .. Enumerable.Range(0, count).SelectMany(_ => (byte[])[0x60, 0, 0])]).Build());

    [Fact]
    public void Globals() => AtAndPast(ModuleBounds.Globals, count => new ModuleWriter()
        .Section(6, [.. ModuleWriter.Unsigned((uint)count), .. Enumerable.Range(0, count).SelectMany(_ => (byte[])[0x7F, 0, 0x41, 0, 0x0B])]).Build());

    [Fact]
    public void Tables() => AtAndPast(ModuleBounds.Tables, count => new ModuleWriter()
        .Section(4, [.. ModuleWriter.Unsigned((uint)count), .. Enumerable.Range(0, count).SelectMany(_ => (byte[])[0x70, 0, 0])]).Build());

    [Fact]
    public void Bytes_of_a_name() => AtAndPast(ModuleBounds.NameBytes, count => new ModuleWriter()
        .Section(0, ModuleWriter.Sized([.. Enumerable.Repeat((byte)'n', count)])).Build());

    [Fact]
    public void Locals_of_all_functions() => AtAndPast(100, count => new ModuleWriter()
        .Section(1, [1, 0x60, 0, 0])
        .Section(3, [.. ModuleWriter.Unsigned((uint)count), .. new byte[count]])
        .Section(10, [.. ModuleWriter.Unsigned((uint)count), .. Enumerable.Range(0, count).SelectMany(_ => ModuleWriter.Sized([1, .. ModuleWriter.Unsigned(ModuleBounds.Locals), 0x7F, 0x0B]))])
        .Build(), runs: false);

    [Fact]
    public void Elements_of_all_segments() => AtAndPast(ModuleBounds.ElementsOfAllSegments, count => new ModuleWriter()
        .Section(1, [1, 0x60, 0, 0])
        .Section(3, [1, 0])
        .Section(9, [2, 1, 0, 5, 0, 0, 0, 0, 0, 1, 0, .. ModuleWriter.Unsigned((uint)count - 5), .. new byte[count - 5]])
        .Section(10, [1, 2, 0, 0x0B])
        .Build());

    [Fact]
    public void Bytes_of_a_module()
    {
        // One custom section after the other: a section's name is bounded, its content is not.
        var header = new ModuleWriter().Build();
        var content = new byte[ModuleBounds.ModuleBytes - header.Length - 5];
        var atBound = new ModuleWriter().Section(0, content).Build();

        Assert.Equal(ModuleBounds.ModuleBytes, atBound.Length);
        WasmModule.Parse(atBound);
        Assert.Throws<WasmFormatException>(() => WasmModule.Parse([.. atBound, 0, 1, 0]));
    }

    // All results of a call travel in one nested tuple.
    [Fact]
    public void As_many_results_as_are_allowed_arrive()
    {
        var types = Enumerable.Repeat((byte)0x7F, ModuleBounds.Results).ToArray();
        var module = new ModuleWriter()
            .Section(1, [1, 0x60, 0, .. ModuleWriter.Sized(types)])
            .Section(3, [2, 0, 0])
            .Section(7, [1, 1, (byte)'f', 0, 1])
            .Section(10, [2, .. ModuleWriter.Sized([0, .. Enumerable.Range(0, ModuleBounds.Results).SelectMany(n => (byte[])[0x41, (byte)(n % 64)]), 0x0B]), 4, 0, 0x10, 0, 0x0B])
            .Build();

        Assert.Equal(Enumerable.Range(0, ModuleBounds.Results).Select(n => (object)(n % 64)), new WasmInstance(WasmModule.Parse(module)).Invoke("f")!);
    }

    private static byte[] Types(byte[] type) => new ModuleWriter().Section(1, [1, .. type]).Build();

    private static void AtAndPast(int bound, Func<int, byte[]> build, bool runs = true)
    {
        var module = WasmModule.Parse(build(bound));
        if (runs)
            new WasmInstance(module).FindFunction("f")?.Invoke();

        Assert.Throws<WasmFormatException>(() => WasmModule.Parse(build(bound + 1)));
    }
}
