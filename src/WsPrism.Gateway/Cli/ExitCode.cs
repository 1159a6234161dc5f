namespace WsPrism.Gateway.Cli;

/// <summary>What the process says to its caller when it ends.</summary>
internal static class ExitCode
{
    /// <summary>Done, or drained.</summary>
    public const int Ok = 0;

    /// <summary>The configuration is wrong.</summary>
    public const int BadConfiguration = 1;

    /// <summary>A plugin that is tried refused a message, or could not be loaded.</summary>
    public const int Refused = 1;

    /// <summary>A file could not be written.</summary>
    public const int CannotWrite = 1;

    /// <summary>The command line is wrong.</summary>
    public const int BadUsage = 2;

    /// <summary>A listener could not be opened.</summary>
    public const int CannotListen = 3;
}
