using System;
using System.Collections.Generic;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Threading;
using System.Threading.Tasks;
using WsPrism.Client;

namespace WsPrism.Samples.Bot
{
    internal static class Program
    {
        private static Task<int> Main(string[] args)
        {
            BotOptions options;
            try
            {
                options = BotOptions.Parse(args);
            }
            catch (ArgumentException exception)
            {
                return Task.FromResult(Refuse(exception.Message));
            }

            if (options.WantsHelp)
            {
                Console.WriteLine(BotOptions.Help);
                return Task.FromResult(0);
            }

            Console.WriteLine($"WsPrism.Client for {typeof(WsPrismClient).Assembly.GetCustomAttribute<TargetFrameworkAttribute>()!.FrameworkName}");
            return PlayAsync(options);
        }

        private static int Refuse(string mistake)
        {
            Console.Error.WriteLine($"{mistake}\n\n{BotOptions.Help}");
            return 2;
        }

        private static async Task<int> PlayAsync(BotOptions options)
        {
            using var ended = new CancellationTokenSource();
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);

            var (connections, players) = (new List<ArenaConnection>(), new List<Behaviour>());
            for (var i = 1; i <= options.Count; i++)
            {
                var ticket = options.Ticket.Replace("*", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
                var connection = new ArenaConnection(new ClientOptions(options.Gateway, options.Tenant, ticket), options.Room, text => Console.WriteLine($"{ticket}: {text}"));
                connections.Add(connection);
                players.Add(new BotPlayer(connection, new Random()));
            }

            // Until the end here runs the game's thread, and nothing is awaited.
            var loop = new GameLoop(players);
            loop.Run(() => connections.TrueForAll(connection => connection.Failure != null), ended.Token);

            var isWanted = ended.IsCancellationRequested;
            foreach (BotPlayer player in players)
                Console.WriteLine($"{player.Shots} shots, {player.Score} hits");
            Console.WriteLine($"{loop.Frames} frames, {loop.Allocated} bytes allocated in them");
            foreach (var connection in connections)
            {
                if (!isWanted)
                    Console.WriteLine(connection.Failure);
                await connection.DisposeAsync().ConfigureAwait(false);
            }

            return isWanted ? 0 : 1;

            void End(PosixSignalContext signal)
            {
                signal.Cancel = true; // not at once: the bots leave first
                ended.Cancel();
            }
        }
    }
}
