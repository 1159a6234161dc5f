namespace WsPrism.Wasm.Tests.Runtime;

/// <summary>Calls from the host, boxed and by delegate.</summary>
public sealed class CallTests
{
    private readonly WasmInstance _instance = new(TestModules.Load("arithmetic"));

    [Fact]
    public void A_function_is_called_as_a_delegate()
    {
        var add = _instance.GetFunction<Func<int, int, int>>("add");

        Assert.Equal(int.MinValue, add(int.MaxValue, 1));
    }

    [Fact]
    public void A_function_is_called_with_boxed_arguments() => Assert.Equal([5], _instance.Invoke("add", 2, 3));

    [Fact]
    public void Each_type_of_number_arrives() =>
        Assert.Equal(1 + 2 + 0.5 + 0.25, _instance.GetFunction<Func<int, long, float, double, double>>("mix")(1, 2, 0.5f, 0.25));

    [Fact]
    public void Several_results_are_a_tuple()
    {
        Assert.Equal((3L, 2), _instance.GetFunction<Func<int, long, (long, int)>>("swap")(2, 3));
        Assert.Equal([3L, 2], _instance.Invoke("swap", 2, 3L));
    }

    [Fact]
    public void More_than_seven_results_are_a_tuple_too()
    {
        var nine = _instance.GetFunction<Func<(int, int, int, int, int, int, int, long, double)>>("nine")();

        Assert.Equal((1, 2, 3, 4, 5, 6, 7, 8L, 9.0), nine);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8L, 9.0], _instance.Invoke("nine"));
        Assert.Equal(45.0, _instance.GetFunction<Func<double>>("sum_of_nine")());
    }

    [Fact]
    public void A_function_without_results_returns_none()
    {
        _instance.GetFunction<Action>("nothing")();

        Assert.Empty(_instance.Invoke("nothing"));
    }

    [Fact]
    public void A_delegate_of_other_types_is_refused()
    {
        Assert.Throws<ArgumentException>(() => _instance.GetFunction<Func<int, int, long>>("add"));
        Assert.Throws<ArgumentException>(() => _instance.GetFunction<Func<int, int>>("add"));
        Assert.Throws<ArgumentException>(() => _instance.GetFunction<Func<string, int, int>>("add"));
        Assert.Throws<ArgumentException>(() => _instance.GetFunction<Func<int>>("no such"));
    }

    [Fact]
    public void Boxed_arguments_of_other_types_are_refused()
    {
        Assert.Throws<ArgumentException>(() => _instance.Invoke("add", 1));
        Assert.Throws<ArgumentException>(() => _instance.Invoke("add", 1, 2L));
        Assert.Throws<ArgumentException>(() => _instance.Invoke("add", 1, null));
        Assert.Throws<ArgumentException>(() => _instance.Invoke("no such"));
    }

    [Theory]
    [InlineData(1, 0, WasmTrap.IntegerDivideByZero)]
    [InlineData(int.MinValue, -1, WasmTrap.IntegerOverflow)]
    public void A_division_traps(int left, int right, WasmTrap trap)
    {
        var divide = _instance.GetFunction<Func<int, int, int>>("divide");

        Assert.Equal(trap, Assert.Throws<WasmTrapException>(() => divide(left, right)).Trap);
        Assert.Equal(trap, Assert.Throws<WasmTrapException>(() => _instance.Invoke("divide", left, right)).Trap);
        Assert.Equal(3, divide(6, 2));
    }

    [Fact]
    public void A_remainder_does_not_overflow() => Assert.Equal(0, _instance.GetFunction<Func<int, int, int>>("remainder")(int.MinValue, -1));

    [Theory]
    [InlineData(double.NaN, WasmTrap.InvalidConversion)]
    [InlineData(2147483648.0, WasmTrap.IntegerOverflow)]
    [InlineData(-2147483649.0, WasmTrap.IntegerOverflow)]
    public void A_conversion_traps(double value, WasmTrap trap)
    {
        var truncate = _instance.GetFunction<Func<double, int>>("truncate");

        Assert.Equal(trap, Assert.Throws<WasmTrapException>(() => truncate(value)).Trap);
        Assert.Equal(int.MaxValue, truncate(2147483647.9));
    }

    [Fact]
    public void Unreachable_traps() => Assert.Equal(WasmTrap.Unreachable, Assert.Throws<WasmTrapException>(() => _instance.Invoke("unreachable")).Trap);

    [Fact]
    public void A_call_by_delegate_allocates_nothing()
    {
        var sum = _instance.GetFunction<Func<int, long>>("sum");
        Assert.Equal(5050, sum(100));
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var count = 0; count < 1_000; count++)
            sum(10);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_module_runs_on_many_threads_with_an_instance_each()
    {
        var module = TestModules.Load("arithmetic");

        var sums = Enumerable.Range(0, 16).AsParallel().WithDegreeOfParallelism(8)
            .Select(_ => new WasmInstance(module).GetFunction<Func<int, long>>("sum")(10_000)).ToArray();

        Assert.All(sums, sum => Assert.Equal(50_005_000, sum));
    }
}
