namespace WsPrism.Core.Configuration;

/// <summary>One entry of <c>services.ext</c>: a service that is not built in.</summary>
public sealed record ExtServiceConfig
{
    private static readonly Dictionary<string, string> NoSettings = [];

    private static readonly string[] AllRooms = ["*"];

    /// <summary>The <c>svc</c> that routes to it, <c>[a-z][a-z0-9_.-]{0,63}</c>; not a built-in one's.</summary>
    public required string Name { get; init; }

    /// <summary>What handles its messages.</summary>
    public required ExtServiceKind Kind { get; init; }

    /// <summary>Where each message is posted to, http or https; a webhook has one.</summary>
    public string? Url { get; init; }

    /// <summary>What requests are signed with, <c>whsec_</c> and base64 of 24 to 64 bytes; a webhook has one.</summary>
    public string? Secret { get; init; }

    /// <summary>The secret before, while receivers change: requests then carry both signatures.</summary>
    public string? PreviousSecret { get; init; }

    /// <summary>From a message's arrival to its answer, with all that lies between; 100 to 60,000 ms.</summary>
    public int TimeoutMs { get; init; } = 2_000;

    /// <summary>How often a request that cannot have been acted on is repeated; 0 to 10.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>Requests at once; 1 to 10,000.</summary>
    public int MaxInFlight { get; init; } = 64;

    /// <summary>Messages that may wait for their turn; 0 to 1,000,000.</summary>
    public int MaxQueue { get; init; } = 1_024;

    /// <summary>The script or module; a script and a wasm service have one.</summary>
    public PluginFile? File { get; init; }

    /// <summary>The assembly; a native service has one.</summary>
    public PluginFile? Assembly { get; init; }

    /// <summary>Full name of the class in the assembly; null where there is one that fits.</summary>
    public string? Class { get; init; }

    /// <summary>What the native service is told, name by name.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = NoSettings;

    /// <summary>Instructions that one call of a script may take; 1,000 to 1,000,000,000.</summary>
    public int Instructions { get; init; } = 1_000_000;

    /// <summary>Memory of a script over all its rooms, or of each instance of a module; 65,536 to 1,073,741,824.</summary>
    public int MemoryBytes { get; init; } = 16_777_216;

    /// <summary>Fuel of one call of a module, one for each instruction; 1,000 to 2,147,483,647.</summary>
    public int Fuel { get; init; } = 10_000_000;

    /// <summary>How often a script's <c>on_tick</c> runs for each room; 10 to 3,600,000 ms, 0 for never.</summary>
    public int TickMs { get; init; } = 1_000;

    /// <summary>The rooms that a script is for: names, or prefixes followed by <c>*</c>.</summary>
    public IReadOnlyList<string> Rooms { get; init; } = AllRooms;
}

/// <summary>Values of <c>services.ext[].kind</c>.</summary>
public enum ExtServiceKind
{
    /// <summary>Each message is a request to a URL.</summary>
    Webhook,

    /// <summary>Messages go to workers of the backend that connect in.</summary>
    Rpc,

    /// <summary>A Lua script.</summary>
    Script,

    /// <summary>A WebAssembly module.</summary>
    Wasm,

    /// <summary>A .NET assembly.</summary>
    Native,
}
