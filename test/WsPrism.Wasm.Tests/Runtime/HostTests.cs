using System.Text;

namespace WsPrism.Wasm.Tests.Runtime;

/// <summary>What a module gets from its host, and what the host is protected from.</summary>
public sealed class HostTests
{
    private readonly List<string> _log = [];
    private Exception _failure = new InvalidOperationException("the host's own");

    [Fact]
    public void A_function_of_the_host_reads_the_memory_of_who_calls_it()
    {
        var imports = Imports();
        var module = TestModules.Load("host");
        var first = new WasmInstance(module, imports);
        var second = new WasmInstance(module, imports);
        second.FindMemory("memory")!.Span[8] = (byte)'j';

        first.Invoke("say");
        second.Invoke("say");

        Assert.Equal(["hello, host", "jello, host"], _log);
    }

    [Fact]
    public void Numbers_tuples_and_references_go_there_and_back()
    {
        var instance = new WasmInstance(TestModules.Load("host"), Imports());

        Assert.Equal([5_000_000_001L], instance.Invoke("add", 1, 5_000_000_000L));
        Assert.Equal((4, 0.5), instance.GetFunction<Func<(int, double)>>("pair")());
        Assert.Same(_log, instance.GetFunction<Func<object?, object?>>("keep")(_log));
    }

    [Fact]
    public void A_function_reference_comes_back_and_can_be_called()
    {
        var instance = new WasmInstance(TestModules.Load("host"), Imports());

        instance.Invoke("callback");

        Assert.Equal([7], instance.Invoke("call_table", 0));
        Assert.Equal(WasmTrap.UninitializedElement, Assert.Throws<WasmTrapException>(() => instance.Invoke("call_table", 1)).Trap);
        Assert.Equal(WasmTrap.OutOfBoundsTable, Assert.Throws<WasmTrapException>(() => instance.Invoke("call_table", 2)).Trap);
    }

    [Fact]
    public void A_function_of_the_host_can_be_in_a_table()
    {
        var store = new WasmStore();
        var instance = new WasmInstance(TestModules.Load("host"), Imports(), store);
        instance.Invoke("take", WasmFunction.FromDelegate(store, () => 99));

        Assert.Equal([99], instance.Invoke("call_table", 1));

        instance.FindTable("table")![1] = WasmFunction.FromDelegate(store, () => 99L);
        Assert.Equal(WasmTrap.IndirectCallTypeMismatch, Assert.Throws<WasmTrapException>(() => instance.Invoke("call_table", 1)).Trap);
    }

    [Fact]
    public void Functions_of_another_store_do_not_get_in()
    {
        var instance = new WasmInstance(TestModules.Load("host"), Imports());
        var stranger = WasmFunction.FromDelegate(new WasmStore(), () => 1);

        Assert.Throws<ArgumentException>(() => instance.Invoke("take", stranger));
        Assert.Throws<ArgumentException>(() => instance.GetFunction<Action<WasmFunction?>>("take")(stranger));
        Assert.Throws<ArgumentException>(() => instance.FindTable("table")![0] = stranger);
        Assert.Throws<ArgumentException>(() => instance.FindTable("table")![0] = "text");
        Assert.Throws<WasmLinkException>(() => new WasmInstance(TestModules.Load("host"), Imports().Add("env", "fail", stranger)));

        var returns = new WasmInstance(TestModules.Load("host"), Imports().Add("env", "callback", (WasmFunction? _) => stranger));
        Assert.Throws<ArgumentException>(() => returns.Invoke("callback"));
    }

    [Theory]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(IndexOutOfRangeException))]
    [InlineData(typeof(DivideByZeroException))]
    [InlineData(typeof(OverflowException))]
    [InlineData(typeof(OutOfMemoryException))]
    public void An_exception_of_the_host_passes_through_as_it_is(Type type)
    {
        _failure = (Exception)Activator.CreateInstance(type)!;
        var instance = new WasmInstance(TestModules.Load("host"), Imports());

        Assert.Same(_failure, Record.Exception(() => instance.Invoke("fail")));
        Assert.Same(_failure, Record.Exception(instance.GetFunction<Action>("fail")));
    }

    [Fact]
    public void A_missing_import_is_named()
    {
        var fault = Assert.Throws<WasmLinkException>(() => new WasmInstance(TestModules.Load("host")));

        Assert.Contains("env.log", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_import_of_another_type_is_refused() =>
        Assert.Throws<WasmLinkException>(() => new WasmInstance(TestModules.Load("host"), Imports().Add("env", "add", (int a) => a)));

    [Fact]
    public void A_delegate_with_other_types_is_refused() => Assert.Throws<ArgumentException>(() => new WasmImports().Add("env", "log", (string _) => { }));

    private WasmImports Imports() => new WasmImports()
        .Add("env", "log", (WasmInstance caller, int at, int length) => _log.Add(Encoding.UTF8.GetString(caller.FindMemory("memory")!.Span.Slice(at, length))))
        .Add("env", "add", (int a, long b) => a + b)
        .Add("env", "pair", () => (4, 0.5))
        .Add("env", "fail", new Action(() => throw _failure))
        .Add("env", "callback", (WasmFunction? function) => function)
        .Add("env", "keep", (object? value) => value);
}
