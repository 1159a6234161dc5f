using WsPrism.Core.Answers;
using WsPrism.Protocol;

namespace WsPrism.Plugins.Scripts;

/// <summary>
/// One call of a script's function: who and what it is for, and what the script wants done. Nothing is done while it runs, and nothing at all where it fails. Made
/// for one call, used by one thread at a time.
/// </summary>
internal sealed class ScriptCall
{
    /// <summary>What one call may want of each: messages, rooms to join, rooms to leave and sessions to send away.</summary>
    public const int MaxEffects = ServiceAnswer.MaxPublishes;

    /// <summary>What all its messages may hold together.</summary>
    public const int MaxEffectBytes = ServiceAnswer.MaxBytes;

    /// <summary>Lines that one call may log.</summary>
    public const int MaxLogLines = 16;

    private readonly List<ScriptEffect> _effects = [];
    private int _publishes;
    private int _moves;
    private int _kicks;
    private int _effectBytes;
    private int _logLines;

    public required string Tenant { get; init; }

    public required string Service { get; init; }

    /// <summary>The room whose state it runs with; null for the state of who is in none.</summary>
    public string? Room { get; init; }

    /// <summary>Null for a tick.</summary>
    public ScriptSender? Sender { get; init; }

    /// <summary>Null where it is not for a message.</summary>
    public ScriptMessage? Message { get; init; }

    /// <summary>How long may be what clients get.</summary>
    public required AnswerRules Rules { get; init; }

    public required IScriptHost Host { get; init; }

    /// <summary>What the script wants done, in its order.</summary>
    public IReadOnlyList<ScriptEffect> Effects => _effects;

    /// <summary>The answer's data; null where it has none.</summary>
    public byte[]? Reply { get; set; }

    /// <summary>Why the script refuses the message; <see cref="ErrorCode.None"/> where it does not.</summary>
    public (ErrorCode Code, string Text) Refusal { get; set; } = (ErrorCode.None, string.Empty);

    /// <summary>The session's state from now on, empty for none; null leaves it as it is.</summary>
    public byte[]? SessionState { get; set; }

    /// <summary>Takes in what the script wants done; throws where it is more than one call may want.</summary>
    public void Add(ScriptEffect effect)
    {
        var count = effect switch
        {
            ScriptEffect.Publish => ++_publishes,
            ScriptEffect.Kick => ++_kicks,
            _ => ++_moves,
        };
        _effectBytes += effect is ScriptEffect.Publish { Message.Data.Length: var length } ? length : 0;
        if (count > MaxEffects || _effectBytes > MaxEffectBytes)
        {
            throw new ScriptException(count > MaxEffects
                ? $"one call may publish {MaxEffects} messages, join and leave {MaxEffects} rooms and kick {MaxEffects} times"
                : $"one call may publish {MaxEffectBytes} bytes");
        }

        _effects.Add(effect);
    }

    /// <summary>Passes on what the script logs; what is too much for one call is left out.</summary>
    public void Log(string text)
    {
        if (++_logLines <= MaxLogLines)
        {
            Host.Log(Room, text);
        }
    }

    /// <summary>A fault of the gateway's own, in a function that the script called.</summary>
    public void Failed(Exception exception) => Host.Failed(exception);
}
