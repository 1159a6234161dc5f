namespace WsPrism.Wasm.Tests.Limits;

/// <summary>What a module cannot do: run for ever, go too deep, take too much.</summary>
public sealed class LimitTests
{
    private readonly WasmModule _module = TestModules.Load("hostile");

    [Fact]
    public void An_endless_loop_ends_with_the_fuel()
    {
        var instance = New();
        instance.Fuel = 1_000_000;

        Assert.Equal(WasmTrap.OutOfFuel, Trap(() => instance.Invoke("spin")));
        Assert.Equal(0, instance.Fuel);
        Assert.Equal(WasmTrap.OutOfFuel, Trap(() => instance.Invoke("spin")));
    }

    [Fact]
    public void Calls_without_a_loop_cost_fuel_too()
    {
        var instance = New();
        instance.Fuel = 100_000;

        Assert.Equal(WasmTrap.OutOfFuel, Trap(() => instance.Invoke("fib", 40)));
        instance.Fuel = 100_000;
        Assert.Equal([55], instance.Invoke("fib", 10));
        Assert.InRange(instance.Fuel, 90_000, 99_999);
    }

    [Fact]
    public void A_call_with_exactly_the_fuel_it_needs_succeeds()
    {
        var instance = New();
        instance.Fuel = 1_000_000;
        instance.Invoke("fib", 10);
        var needed = 1_000_000 - instance.Fuel;

        instance.Fuel = needed;
        Assert.Equal([55], instance.Invoke("fib", 10));
        Assert.Equal(0, instance.Fuel);
        instance.Fuel = needed - 1;
        Assert.Equal(WasmTrap.OutOfFuel, Trap(() => instance.Invoke("fib", 10)));
    }

    [Fact]
    public void A_start_function_runs_on_the_fuel_of_the_limits()
    {
        var spin = new ModuleWriter().Section(1, [1, 0x60, 0, 0]).Section(3, [1, 0]).Section(8, [0]).Section(10, [1, 7, 0, 0x03, 0x40, 0x0C, 0, 0x0B, 0x0B]).Build();
        var module = WasmModule.Parse(spin);

        Assert.Equal(WasmTrap.OutOfFuel, Trap(() => _ = new WasmInstance(module, limits: new WasmLimits { Fuel = 1_000 })));
    }

    [Fact]
    public void Bulk_instructions_pay_for_their_bytes()
    {
        var instance = New();
        instance.Fuel = 1_000_000;

        Assert.Equal(WasmTrap.OutOfFuel, Trap(() => instance.Invoke("fill")));
    }

    [Theory]
    [InlineData("recurse")]
    [InlineData("ping")]
    public void Endless_recursion_traps_and_the_instance_goes_on(string function)
    {
        var instance = New();

        for (var count = 0; count < 3; count++)
            Assert.Equal(WasmTrap.StackExhausted, Trap(() => instance.Invoke(function)));

        Assert.Equal([1], instance.Invoke("depth", 0));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(1_000)]
    public void Calls_are_as_deep_as_allowed_and_not_deeper(int depth)
    {
        var instance = New(new WasmLimits { CallDepth = depth });

        Assert.Equal([depth], instance.Invoke("depth", depth - 1));
        Assert.Equal(WasmTrap.StackExhausted, Trap(() => instance.Invoke("depth", depth)));
    }

    [Fact]
    public void Without_a_limit_the_stack_of_the_host_is_one()
    {
        var instance = New(new WasmLimits { CallDepth = int.MaxValue - 1 });

        Assert.Equal(WasmTrap.StackExhausted, OnSmallThread(() => Trap(() => instance.Invoke("recurse"))));
        Assert.Equal(WasmTrap.StackExhausted, OnSmallThread(() => Trap(() => instance.Invoke("depth", int.MaxValue))));
        Assert.Equal([3], instance.Invoke("depth", 2));
    }

    [Fact]
    public void Calls_of_the_host_that_come_back_count_as_deep_as_they_are()
    {
        WasmInstance instance = null!;
        instance = new WasmInstance(
            _module,
            new WasmImports().Add("env", "reenter", (int depth) =>
            {
                if (depth > 0)
                    instance.Invoke("reenter", depth - 1);
            }),
            new WasmLimits { CallDepth = 20 });

        instance.Invoke("reenter", 19);
        Assert.Equal(WasmTrap.StackExhausted, Trap(() => instance.Invoke("reenter", 20)));
        instance.Invoke("reenter", 19);
    }

    [Fact]
    public void Memory_is_limited_in_bytes()
    {
        var instance = New(new WasmLimits { MemoryBytes = (10 * WasmMemory.PageBytes) + 1 });

        instance.Invoke("eat_memory");

        Assert.Equal([10], instance.Invoke("pages"));
    }

    [Fact]
    public void A_table_is_limited_in_elements()
    {
        var instance = New(new WasmLimits { TableElements = 1_000 });

        instance.Invoke("eat_table");

        Assert.Equal([1_000], instance.Invoke("elements"));
    }

    [Fact]
    public void What_a_module_wants_at_the_start_must_be_allowed()
    {
        New(new WasmLimits { MemoryBytes = WasmMemory.PageBytes, TableElements = 1 });

        Assert.Throws<WasmLinkException>(() => New(new WasmLimits { MemoryBytes = WasmMemory.PageBytes - 1 }));
        Assert.Throws<WasmLinkException>(() => New(new WasmLimits { TableElements = 0 }));
    }

    [Fact]
    public void Instances_of_one_store_share_its_limits()
    {
        var store = new WasmStore(new WasmLimits { MemoryBytes = 2 * WasmMemory.PageBytes });
        var imports = new WasmImports().Add("env", "reenter", (int _) => { });
        _ = new WasmInstance(_module, imports, store);
        _ = new WasmInstance(_module, imports, store);

        Assert.Throws<WasmLinkException>(() => new WasmInstance(_module, imports, store));
    }

    // Frames of many kilobytes, each full of values that are needed after the call.
    [Theory]
    [InlineData(10)]
    [InlineData(200)]
    [InlineData(2_000)]
    [InlineData(9_000)]
    public void Large_frames_do_not_overflow_the_stack(int locals)
    {
        var module = WasmModule.Parse(LargeFrame(locals));

        foreach (var stack in new[] { 256 * 1024, 1024 * 1024, 16 * 1024 * 1024 })
            Assert.Equal(WasmTrap.StackExhausted, OnThread(stack, () => Trap(() => new WasmInstance(module, limits: new WasmLimits { CallDepth = 1_000_000 }).Invoke("f"))));
    }

    private static byte[] LargeFrame(int locals)
    {
        var code = new List<byte>();
        for (var index = 0; index < locals; index++)
            code.AddRange([0x20, .. ModuleWriter.Unsigned((uint)index), 0x42, 1, 0x7C, 0x21, .. ModuleWriter.Unsigned((uint)index)]);

        code.AddRange([0x10, 0]);
        for (var index = 0; index < locals; index++)
            code.AddRange([0x20, .. ModuleWriter.Unsigned((uint)index), 0x20, .. ModuleWriter.Unsigned((uint)(locals - 1 - index)), 0x7E, 0x21, .. ModuleWriter.Unsigned((uint)index)]);

        return ModuleWriter.Function([.. code], [1, .. ModuleWriter.Unsigned((uint)locals), 0x7E]);
    }

    private WasmInstance New(WasmLimits? limits = null) => new(_module, new WasmImports().Add("env", "reenter", (int _) => { }), limits);

    private static WasmTrap? Trap(Action act) => (Record.Exception(act) as WasmTrapException)?.Trap;

    private static WasmTrap? OnSmallThread(Func<WasmTrap?> act) => OnThread(512 * 1024, act);

    private static WasmTrap? OnThread(int stack, Func<WasmTrap?> act)
    {
        WasmTrap? trap = null;
        var thread = new Thread(() => trap = act(), stack);
        thread.Start();
        thread.Join();
        return trap;
    }
}
