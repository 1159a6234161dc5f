using WsPrism.Core;
using WsPrism.Core.Configuration;
using WsPrism.Core.Rooms.History;
using WsPrism.History.Sqlite;
using WsPrism.Plugins;

namespace WsPrism.Gateway.Hosting;

/// <summary>
/// The file of histories that outlive the process (<c>gateway.history.path</c>): opened where a rule needs it, at start or by a reload, and then for good. Histories go on
/// across a start alone: where no rule needed them meanwhile, what is in the file has been overtaken and goes.
/// </summary>
internal sealed class HistoryFile : IDisposable
{
    private const string Key = "gateway.history.path";

    private readonly string _path;
    private readonly GatewayNode _node;
    private readonly ILogger _logger;

    /// <summary>Opens it and takes over what is in it where the configuration needs it; throws <see cref="HistoryStoreException"/> where it is of no use.</summary>
    public HistoryFile(WsPrismConfig config, GatewayNode node, ILogger logger)
    {
        _path = Path.GetFullPath(config.Gateway.History.Path);
        _node = node;
        _logger = logger;
        if (Needs(config))
        {
            HistoryTakeOver.Begin(node, Open(), logger);
        }
        else if (File.Exists(_path))
        {
            Empty();
        }
    }

    /// <summary>Opens it where a configuration needs it that is about to be in force; answers what is wrong with it.</summary>
    public IReadOnlyList<PluginProblem> Prepare(WsPrismConfig config)
    {
        if (_node.History.Writer is not null || !Needs(config))
        {
            return [];
        }

        try
        {
            HistoryTakeOver.BeginAnew(_node, Open(), _logger);
            return [];
        }
        catch (HistoryStoreException exception)
        {
            return [new PluginProblem(Key, exception.Message)];
        }
    }

    /// <summary>Stores what waits.</summary>
    public void Dispose()
    {
        _node.History.Writer?.Dispose();
        foreach (var tenant in _node.Tenants)
        {
            tenant.History.Clear(forgetsStored: false);
        }
    }

    private static bool Needs(WsPrismConfig config) =>
        config.Tenants.SelectMany(tenant => tenant.Rooms).Any(rule => rule.History is { Size: > 0, Store: HistoryStoreKind.Sqlite });

    private SqliteHistoryStore Open() => SqliteHistoryStore.Open(_path);

    private void Empty()
    {
        try
        {
            using var store = Open();
            store.Write([.. store.Load().Select(room => HistoryOperation.Forget(room.Tenant, room.Room))]);
        }
        catch (HistoryStoreException)
        {
            // No rule needs it: what is wrong with it is told when one does.
        }
    }
}
