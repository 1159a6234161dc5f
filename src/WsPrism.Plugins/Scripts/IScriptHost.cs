namespace WsPrism.Plugins.Scripts;

/// <summary>What functions of scripts ask of the gateway while the script runs. Safe for all threads.</summary>
internal interface IScriptHost
{
    /// <summary>Wall-clock time, milliseconds since 1970-01-01 UTC.</summary>
    long NowMs { get; }

    /// <summary>Who is in a room, at most <paramref name="limit"/> users; empty where there is no such room.</summary>
    IReadOnlyList<(string User, IReadOnlyList<ScriptSender> Sessions)> Members(string room, int limit);

    /// <summary>A script logs a line.</summary>
    void Log(string? room, string text);

    /// <summary>The gateway failed on what a script asked for.</summary>
    void Failed(Exception exception);
}
