using System.Text;

namespace WsPrism.Wasm.Tests.Runtime;

/// <summary>The memory, from inside and from outside, and its edges.</summary>
public sealed class MemoryTests
{
    private readonly WasmInstance _instance = new(TestModules.Load("memory"));

    private WasmMemory Memory => _instance.FindMemory("memory")!;

    [Fact]
    public void The_host_sees_what_the_module_wrote_and_the_other_way_round()
    {
        Assert.Equal("hello", Encoding.UTF8.GetString(Memory.Span.Slice(16, 5)));

        _instance.Invoke("store32", 100, 0x01020304);
        Memory.Span[200] = 9;

        Assert.Equal([4, 3, 2, 1], Memory.Span.Slice(100, 4).ToArray());
        Assert.Equal([9], _instance.Invoke("load8", 200));
    }

    [Theory]
    [InlineData("load8", 1)]
    [InlineData("load32", 4)]
    [InlineData("load64", 8)]
    public void The_last_bytes_can_be_read_and_not_one_more(string function, int bytes)
    {
        _instance.Invoke(function, 65_536 - bytes);

        foreach (var at in new[] { 65_536 - bytes + 1, 65_536, int.MaxValue, int.MinValue, -bytes, -1 })
            Assert.Equal(WasmTrap.OutOfBoundsMemory, Assert.Throws<WasmTrapException>(() => _instance.Invoke(function, at)).Trap);
    }

    [Theory]
    [InlineData("store8", 1)]
    [InlineData("store32", 4)]
    [InlineData("store64", 8)]
    public void The_last_bytes_can_be_written_and_not_one_more(string function, int bytes)
    {
        object value = bytes == 8 ? (object)-1L : -1;
        _instance.Invoke(function, 65_536 - bytes, value);

        foreach (var at in new[] { 65_536 - bytes + 1, 65_536, int.MaxValue, int.MinValue, -bytes, -1 })
            Assert.Equal(WasmTrap.OutOfBoundsMemory, Assert.Throws<WasmTrapException>(() => _instance.Invoke(function, at, value)).Trap);

        Assert.Equal(bytes, Memory.Span[^16..].ToArray().Count(b => b == 0xFF));
    }

    [Fact]
    public void An_offset_does_not_overflow()
    {
        foreach (var at in new[] { 0, 1, 8, -1 })
            Assert.Equal(WasmTrap.OutOfBoundsMemory, Assert.Throws<WasmTrapException>(() => _instance.Invoke("load64_far", at)).Trap);
    }

    [Fact]
    public void It_grows_to_its_maximum()
    {
        Assert.Equal([1], _instance.Invoke("grow", 1));
        Assert.Equal([2], _instance.Invoke("grow", 0));
        Assert.Equal([-1], _instance.Invoke("grow", 2));
        Assert.Equal([-1], _instance.Invoke("grow", -1));
        Assert.Equal([2], _instance.Invoke("size"));
        Assert.Equal(2u, Memory.Pages);
        Assert.Equal(2, Memory.Grow(1));
        Assert.Equal([0], _instance.Invoke("load8", (3 * 65_536) - 1));
    }

    [Fact]
    public void A_function_that_grows_it_uses_what_it_got() => Assert.Equal([42], _instance.Invoke("grow_and_store"));

    [Theory]
    [InlineData("fill", 65_536, 1, 0, false)]
    [InlineData("fill", 65_537, 1, 0, true)]
    [InlineData("fill", 65_535, 1, 2, true)]
    [InlineData("fill", -1, 1, 1, true)]
    [InlineData("copy", 65_536, 65_536, 0, false)]
    [InlineData("copy", 0, 1, 65_535, false)]
    [InlineData("copy", 0, 1, 65_536, true)]
    [InlineData("copy", 1, 0, -1, true)]
    [InlineData("init", 0, 5, 0, false)]
    [InlineData("init", 0, 0, 6, true)]
    [InlineData("init", 65_532, 0, 5, true)]
    [InlineData("init", 0, -1, 1, true)]
    public void Bulk_instructions_stay_inside(string function, int first, int second, int count, bool traps)
    {
        var call = Record.Exception(() => _instance.Invoke(function, first, second, count));

        Assert.Equal(traps ? WasmTrap.OutOfBoundsMemory : null, (call as WasmTrapException)?.Trap);
    }

    [Fact]
    public void A_dropped_segment_is_empty()
    {
        _instance.Invoke("init", 0, 0, 5);
        _instance.Invoke("drop");

        Assert.Equal("later", Encoding.UTF8.GetString(Memory.Span[..5]));
        Assert.Throws<WasmTrapException>(() => _instance.Invoke("init", 0, 0, 1));
    }

    [Fact]
    public void A_global_is_read_and_written()
    {
        var count = _instance.FindGlobal("count")!;
        count.Value = 41;

        Assert.Equal([42], _instance.Invoke("next"));
        Assert.Equal(42, count.Value);
        Assert.Throws<ArgumentException>(() => count.Value = 42L);
    }
}
