using Microsoft.Extensions.Logging;

namespace WsPrism.Core.Rooms.History;

/// <summary>Begins to store a node's histories.</summary>
internal static class HistoryTakeOver
{
    /// <summary>At start: rooms go on where they stood, as far as the rules in force want them stored; the rest is deleted. Before the first session.</summary>
    public static void Begin(GatewayNode node, IHistoryStore store, ILogger logger)
    {
        // Whole: from here on the store is the writer's.
        var stored = store.Load().ToArray();
        var writer = node.History.Writer = new HistoryWriter(store, node.Time, logger);
        foreach (var room in stored)
        {
            if (node.FindTenant(room.Tenant) is { } tenant)
            {
                tenant.History.Restore(room);
            }
            else
            {
                writer.Forget(room.Tenant, room.Room);
            }
        }
    }

    /// <summary>On a node that runs: nobody has stored meanwhile what was said, so what is there has been overtaken and is deleted.</summary>
    public static void BeginAnew(GatewayNode node, IHistoryStore store, ILogger logger)
    {
        var stored = store.Load().ToArray();
        var writer = new HistoryWriter(store, node.Time, logger);
        foreach (var room in stored)
        {
            writer.Forget(room.Tenant, room.Room);
        }

        node.History.Writer = writer;
    }
}
