namespace WsPrism.Gateway.Reload;

/// <summary>The lines of a reload: what it did, key by key, or everything that is wrong. Keys alone, never values.</summary>
internal static partial class ReloadLog
{
    public static void Write(ILogger logger, string trigger, string name, ReloadReport report, long generation)
    {
        foreach (var error in report.Errors)
        {
            Problem(logger, error.ToString());
        }

        WriteChanges(logger, report);
        switch (report.Outcome)
        {
            case ReloadOutcome.Applied:
                Applied(logger, trigger, name, generation);
                break;
            case ReloadOutcome.Unchanged:
                Unchanged(logger, trigger, name);
                break;
            case ReloadOutcome.Invalid:
                Invalid(logger, trigger, name, report.Errors.Count);
                break;
            case ReloadOutcome.Refused:
                Refused(logger, trigger);
                break;
        }
    }

    [LoggerMessage(10, LogLevel.Error, "The reload failed; what it had not changed yet stays as it was")]
    public static partial void Failed(ILogger logger, Exception exception);

    private static void WriteChanges(ILogger logger, ReloadReport report)
    {
        foreach (var tenant in report.Added)
        {
            Added(logger, tenant);
        }

        foreach (var tenant in report.Removed)
        {
            Removed(logger, tenant);
        }

        foreach (var change in report.Changed)
        {
            Changed(logger, change.Tenant, string.Join(", ", change.Keys));
        }

        if (report.Gateway.Count > 0)
        {
            GatewayChanged(logger, string.Join(", ", report.Gateway));
        }

        if (report.NeedsRestart.Count > 0)
        {
            NeedsRestart(logger, string.Join(", ", report.NeedsRestart));
        }

        foreach (var warning in report.Warnings)
        {
            Warning(logger, warning.ToString());
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Reloaded {Name} ({Trigger}): configuration {Generation} is in force")]
    private static partial void Applied(ILogger logger, string trigger, string name, long generation);

    [LoggerMessage(2, LogLevel.Information, "Reloaded {Name} ({Trigger}): nothing to change")]
    private static partial void Unchanged(ILogger logger, string trigger, string name);

    [LoggerMessage(3, LogLevel.Error, "Not reloaded ({Trigger}): {Name} has {Count} errors; the running configuration stays")]
    private static partial void Invalid(ILogger logger, string trigger, string name, int count);

    [LoggerMessage(4, LogLevel.Warning, "Not reloaded ({Trigger}): the gateway drains")]
    private static partial void Refused(ILogger logger, string trigger);

    [LoggerMessage(5, LogLevel.Error, "{Problem}")]
    private static partial void Problem(ILogger logger, string problem);

    [LoggerMessage(6, LogLevel.Information, "Reload: tenant \"{Tenant}\" is new")]
    private static partial void Added(ILogger logger, string tenant);

    [LoggerMessage(7, LogLevel.Information, "Reload: tenant \"{Tenant}\" is gone; its sessions are closed")]
    private static partial void Removed(ILogger logger, string tenant);

    [LoggerMessage(8, LogLevel.Information, "Reload: tenant \"{Tenant}\": {Keys}")]
    private static partial void Changed(ILogger logger, string tenant, string keys);

    [LoggerMessage(9, LogLevel.Information, "Reload: {Keys}")]
    private static partial void GatewayChanged(ILogger logger, string keys);

    [LoggerMessage(11, LogLevel.Warning, "Reload: not before a restart: {Keys}")]
    private static partial void NeedsRestart(ILogger logger, string keys);

    [LoggerMessage(12, LogLevel.Warning, "{Warning}")]
    private static partial void Warning(ILogger logger, string warning);
}
