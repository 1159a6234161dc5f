using System.Net;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Faults;

/// <summary>Clients in rooms, on a bad network to one gateway. Owned by the test; what happens in it is drawn from the seed, but for the time in which it happens.</summary>
internal sealed class FaultBed : IAsyncDisposable
{
    // So many messages a client has out at most: its part of what goes on does not depend on how bad its network is.
    private const int MaxUnanswered = 12;

    // A safety net, for a machine that does much besides.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(2);

    private readonly Random _random;
    private readonly Task[] _loops;

    /// <summary>Clients, spread over rooms. The first of them, so many, have a good line of their own.</summary>
    public FaultBed(int seed, FaultWeather weather, Wire wire, Func<string> gateway, int clients, int rooms, int undisturbed = 0)
    {
        _random = new Random(seed);
        Network = new FaultNetwork(seed, weather, () => IPEndPoint.Parse(gateway()));
        Clients = [.. Enumerable.Range(0, clients).Select(i => i < undisturbed
            ? new ResumingClient(wire, gateway(), i, $"room-{i % rooms}", null)
            : new ResumingClient(wire, Network.AddLine().Address, i, $"room-{i % rooms}", Network))];
        Rooms = [.. Clients.GroupBy(client => client.Number % rooms).Select(room => room.ToArray())];
        _loops = [.. Clients.Select(client => client.RunAsync())];
    }

    public FaultNetwork Network { get; }

    public IReadOnlyList<ResumingClient> Clients { get; }

    /// <summary>The members of each room.</summary>
    public IReadOnlyList<ResumingClient[]> Rooms { get; }

    /// <summary>All clients are in their rooms.</summary>
    public Task AllInRoomsAsync() => UntilAsync(() => Clients.All(client => client.IsInRoom), "all are in their rooms");

    /// <summary>Lets clients, drawn by lot, do something until this is so.</summary>
    public Task TalkUntilAsync(Func<bool> condition, string what, Action<ResumingClient, Random>? deed = null) => UntilAsync(
        () =>
        {
            for (var i = 0; i < Clients.Count / 4; i++)
            {
                var client = Clients[_random.Next(Clients.Count)];
                if (client.Unanswered < MaxUnanswered)
                {
                    client.Say(_random.Next(8) == 0 ? _random.Next(200, 1_500) : _random.Next(0, 60));
                    deed?.Invoke(client, _random);
                }
            }

            return condition();
        },
        what);

    /// <summary>The network is a good one from now on. All clients come back, say a last message each, and hear it of all in their rooms.</summary>
    public async Task RestAsync()
    {
        Network.Heal();
        int connections;
        do
        {
            // Who still believes that it is in its room finds out. It has come back when it needs no new connection for an answer.
            connections = Network.Connections;
            await AllSayAsync();
            await AllInRoomsAsync();
        }
        while (Network.Connections != connections);
        await AllSayAsync();
        await AllAsync((client, other) => client.HasHeardAllOf(other), "has heard all of");
    }

    /// <summary>Awaits that this is so of all pairs in a room.</summary>
    public Task AllAsync(Func<ResumingClient, ResumingClient, bool> condition, string what) => UntilAsync(
        () => !Missing(condition).Any(),
        () => string.Join(", ", Missing(condition).Take(10).Select(pair => $"client {pair.Client} {what} client {pair.Other}")));

    /// <summary>Awaits something, unless a client has failed.</summary>
    public Task UntilAsync(Func<bool> condition, string what) => UntilAsync(condition, () => what);

    /// <summary>Ends all clients: then what they have kept may be read.</summary>
    public async Task EndAsync()
    {
        foreach (var client in Clients)
        {
            client.Dispose();
        }

        await Task.WhenAll(_loops);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in Clients)
        {
            client.Dispose();
        }

        await Task.WhenAll(_loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Network.DisposeAsync();
    }

    private async Task AllSayAsync()
    {
        foreach (var client in Clients)
        {
            client.Say(0);
        }

        await UntilAsync(() => Clients.All(client => client.Unanswered == 0), "all messages are answered");
    }

    private IEnumerable<(int Client, int Other)> Missing(Func<ResumingClient, ResumingClient, bool> condition) =>
        from room in Rooms from client in room from other in room where !condition(client, other) select (client.Number, other.Number);

    private async Task UntilAsync(Func<bool> condition, Func<string> what)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        while (!condition())
        {
            foreach (var loop in _loops.Where(loop => loop.IsFaulted))
            {
                await loop;
            }

            Assert.False(limit.IsCancellationRequested, limit.IsCancellationRequested ? $"It never happened: {what()}" : null);
            await Task.Delay(Step, TimeProvider.System, CancellationToken.None);
        }
    }
}
