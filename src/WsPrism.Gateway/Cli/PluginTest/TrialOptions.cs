namespace WsPrism.Gateway.Cli.PluginTest;

/// <summary>What <c>wsprism plugin test</c> was asked to do. Immutable.</summary>
internal sealed record TrialOptions
{
    /// <summary>The plugin's file.</summary>
    public required string File { get; init; }

    /// <summary>Envelopes without <c>svc</c>, one after the other.</summary>
    public IReadOnlyList<string> Messages { get; init; } = [];

    /// <summary>Hot frames in hexadecimal, after the messages.</summary>
    public IReadOnlyList<string> HotFrames { get; init; } = [];

    public required string Room { get; init; }

    public required string User { get; init; }

    /// <summary>What the plugin is called: the <c>svc</c> of messages to it.</summary>
    public required string Name { get; init; }

    public string? Class { get; init; }

    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>True puts it in front of a service that answers with what it gets.</summary>
    public bool IsFilter { get; init; }

    /// <summary>How long to go on listening when all was sent.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>The kind that the file's ending says, as the configuration writes it; null for one that says nothing.</summary>
    public string? Kind => Path.GetExtension(File).ToLowerInvariant() switch
    {
        ".dll" => "native",
        ".lua" => "script",
        ".wasm" => "wasm",
        _ => null,
    };

    /// <summary>Where messages without a <c>svc</c> of their own go.</summary>
    public string Service => IsFilter ? TrialEcho.ServiceName : Name;
}
