using System.Runtime.CompilerServices;

namespace WsPrism.Wasm.Tests.Runtime;

/// <summary>Start, reset, and the end of what is not used any more.</summary>
public sealed class InstanceTests
{
    [Fact]
    public void A_reset_instance_is_as_at_the_start()
    {
        var instance = new WasmInstance(TestModules.Load("start"));
        Assert.Equal([1], instance.Invoke("starts"));
        instance.Invoke("change");
        Assert.Throws<WasmTrapException>(() => instance.Invoke("call", 1));

        instance.Reset();

        Assert.Equal([1], instance.Invoke("starts"));
        Assert.Equal([1], instance.Invoke("call", 1));
        Assert.Equal([2], instance.Invoke("call", 2));
        Assert.Equal(4, instance.FindTable("table")!.Length);
        Assert.Equal(5L, instance.FindGlobal("g")!.Value);
        Assert.Equal(1u, instance.FindMemory("memory")!.Pages);
    }

    [Fact]
    public void A_reset_instance_may_take_as_much_again()
    {
        var instance = new WasmInstance(TestModules.Load("start"), limits: new WasmLimits { MemoryBytes = 2 * WasmMemory.PageBytes, TableElements = 6 });

        for (var count = 0; count < 5; count++)
        {
            instance.Invoke("change");
            Assert.Equal(2u, instance.FindMemory("memory")!.Pages);
            Assert.Equal(6, instance.FindTable("table")!.Length);
            instance.Reset();
        }
    }

    [Fact]
    public void What_is_exported_is_listed()
    {
        var module = TestModules.Load("start");

        Assert.Equal(["memory", "table", "g", "starts", "change", "call"], module.Exports.Select(export => export.Name));
        Assert.Equal("(i32) -> (i32)", module.Exports[^1].Type.ToString());
        Assert.Empty(module.Imports);
    }

    [Fact]
    public void The_same_function_is_always_the_same_object()
    {
        var instance = new WasmInstance(TestModules.Load("start"));

        Assert.Same(instance.FindFunction("call"), instance.FindFunction("call"));
        Assert.Null(instance.FindFunction("memory"));
        Assert.Null(instance.FindMemory("no such"));
    }

    [Fact]
    public void Compiled_code_goes_with_the_last_instance()
    {
        var code = RunAndForget();

        for (var count = 0; code.IsAlive && count < 50; count++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(code.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference RunAndForget()
    {
        var module = TestModules.Load("start");
        Assert.Equal([1], new WasmInstance(module).Invoke("starts"));
        return new WeakReference(module.Compiled.Assembly);
    }
}
