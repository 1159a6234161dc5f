using WsPrism.Core.Answers;
using WsPrism.Core.Dispatch;
using WsPrism.Wasm;

namespace WsPrism.Plugins.Wasm;

/// <summary>
/// One instance of a module with the host's side of its calls. Belongs to whoever has taken it out of the pool, for one call at a time. What the module wants
/// done is kept until the call has ended well.
/// </summary>
internal sealed class WasmCaller
{
    /// <summary>What reading a byte of JSON for the module costs it: it is work that it causes.</summary>
    public const int FuelPerJsonByte = 4;

    // Each call of the host's costs time, whatever comes of it.
    private const int FuelPerHostCall = 100;
    private const int FuelPerLine = 500;
    private const int FuelPerPublish = 2_000;

    private readonly WasmPlugin _plugin;
    private readonly WasmInstance _instance;
    private readonly WasmMemory _memory;
    private readonly Func<int, int> _alloc;
    private readonly Func<int, int, long> _onMessage;
    private readonly List<AnswerPublish> _publishes = [];
    private AnswerRules _rules;
    private int _publishesLeft;
    private bool _isCalling;

    public WasmCaller(WasmPlugin plugin, WasmModule module, WasmLimits limits)
    {
        _plugin = plugin;
        _instance = new WasmInstance(module, Imports(), limits);
        _memory = _instance.FindMemory(WasmAbi.Memory)!;
        _alloc = _instance.GetFunction<Func<int, int>>(WasmAbi.Alloc);
        _onMessage = _instance.GetFunction<Func<int, int, long>>(WasmAbi.OnMessage);
    }

    /// <summary>For the message.</summary>
    public JsonScratch Input { get; } = new();

    /// <summary>What the module has published in the last call, if that has ended well.</summary>
    public IReadOnlyList<AnswerPublish> Publishes => _publishes;

    /// <summary>What it has logged in the last call.</summary>
    public WasmCallLog Log { get; } = new();

    /// <summary>Calls the module with a message. Only where the end is silence or an answer may it be called again without <see cref="TryReset"/>.</summary>
    public WasmResult Call(ReadOnlySpan<byte> message, in AnswerRules rules, long fuel)
    {
        _publishes.Clear();
        _publishesLeft = ServiceAnswer.MaxPublishes;
        _rules = rules;
        Log.Clear();
        _instance.Fuel = fuel;
        _isCalling = true;
        try
        {
            var at = _alloc(message.Length);
            if (at == 0 || !TryFind((uint)at, (uint)message.Length, out var room))
            {
                return Nonsense($"alloc returned {(uint)at}, which is no room for {message.Length} bytes");
            }

            message.CopyTo(room);
            return ResultOf(_onMessage(at, message.Length));
        }
        catch (WasmTrapException exception)
        {
            return exception.Trap == WasmTrap.OutOfFuel
                ? new WasmResult(WasmEnd.OutOfFuel, Failure: PluginFailure.Limit, Problem: $"out of fuel, it may use {fuel}")
                : new WasmResult(WasmEnd.Failed, Failure: FailureOf(exception.Trap), Problem: exception.Message);
        }
        finally
        {
            _isCalling = false;
        }
    }

    /// <summary>True where the last call has left fuel for reading its answer.</summary>
    public bool HasFuelFor(in WasmResult answer) => _instance.Fuel >= (long)answer.Length * FuelPerJsonByte;

    /// <summary>The answer of the last call, good until the next.</summary>
    public ReadOnlySpan<byte> AnswerOf(in WasmResult answer) => _memory.Span.Slice(answer.At, answer.Length);

    /// <summary>Makes the instance as new; false where that does not work, and it is of no use any more.</summary>
    public bool TryReset()
    {
        try
        {
            _instance.Fuel = _plugin.Config.Fuel;
            _instance.Reset();
            return true;
        }
        catch (Exception exception) when (exception is WasmTrapException or OutOfMemoryException)
        {
            return false;
        }
    }

    private static PluginFailure FailureOf(WasmTrap trap) => trap == WasmTrap.StackExhausted ? PluginFailure.Limit : PluginFailure.Error;

    private static WasmResult Nonsense(string problem) => new(WasmEnd.Failed, Failure: PluginFailure.BadAnswer, Problem: problem);

    private WasmResult ResultOf(long packed)
    {
        var (at, length) = WasmAbi.Unpack(packed);
        if (length == 0)
        {
            return new WasmResult(WasmEnd.Silent);
        }

        if (length > ServiceAnswer.MaxBytes)
        {
            return Nonsense($"on_message returned an answer of {length} bytes, which may have {ServiceAnswer.MaxBytes}");
        }

        return TryFind(at, length, out _)
            ? new WasmResult(WasmEnd.Answered, (int)at, (int)length)
            : Nonsense($"on_message returned an answer of {length} bytes at {at}, which is not in its memory");
    }

    private bool TryFind(uint at, uint length, out Span<byte> bytes)
    {
        var memory = _memory.Span;
        var isThere = (ulong)at + length <= (ulong)memory.Length;
        bytes = isThere ? memory.Slice((int)at, (int)length) : default;
        return isThere;
    }

    private WasmImports Imports() => new WasmImports()
        .Add(WasmAbi.Host, "log", (Action<int, int, int>)WriteLog)
        .Add(WasmAbi.Host, "now_ms", (Func<long>)ReadClock)
        .Add(WasmAbi.Host, "publish", (Func<int, int, int>)AddPublish);

    // What follows may be called with any address and any length, and any number of times; by the start function too, before there is an instance here.
    private long ReadClock()
    {
        TryCharge(FuelPerHostCall);
        return _plugin.Time.GetUtcNow().ToUnixTimeMilliseconds();
    }

    private void WriteLog(int level, int at, int length)
    {
        if (TryCharge(FuelPerHostCall) && Log.HasRoom && TryFind((uint)at, Math.Min((uint)length, WasmCallLog.MaxLineBytes), out var text) && TryCharge(FuelPerLine))
        {
            Log.Add(level, text);
        }
    }

    private int AddPublish(int at, int length)
    {
        if (!TryCharge(FuelPerHostCall) || _publishesLeft == 0 || (uint)length > ServiceAnswer.MaxBytes || !TryFind((uint)at, (uint)length, out var json))
        {
            return -1;
        }

        _publishesLeft--;
        if (!TryCharge(FuelPerPublish + ((long)length * FuelPerJsonByte)) || ServiceAnswer.ReadPublish(json.ToArray(), _rules) is not { } publish)
        {
            return -1;
        }

        _publishes.Add(publish);
        return 0;
    }

    // False where there is not enough left, and the module traps soon, or where nobody's message is being handled.
    private bool TryCharge(long fuel)
    {
        if (!_isCalling)
        {
            return false;
        }

        var left = _instance.Fuel;
        _instance.Fuel = left - fuel;
        return left >= fuel;
    }
}
