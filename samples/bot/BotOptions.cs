using System;
using System.Globalization;

namespace WsPrism.Samples.Bot
{
    /// <summary>What was asked for on the command line.</summary>
    internal sealed class BotOptions
    {
        public const string Help = @"Bots for the arena of samples/game. Ctrl+C ends them.

Usage: samples/start bot [OPTIONS]

  --count N         so many players, each with a connection of its own (1)
  --gateway URL     the gateway (ws://127.0.0.1:8080/v1/ws)
  --room ROOM       the arena (arena:1)
  --tenant ID       the tenant (demo)
  --ticket TEXT     the ticket; * is the number of the bot (load-bot-*)
  -h, --help        this";

        public int Count { get; private set; } = 1;

        public string Gateway { get; private set; } = "ws://127.0.0.1:8080/v1/ws";

        public string Room { get; private set; } = "arena:1";

        public string Tenant { get; private set; } = "demo";

        public string Ticket { get; private set; } = "load-bot-*";

        public bool WantsHelp { get; private set; }

        /// <exception cref="ArgumentException">That is no option, or no value for it.</exception>
        public static BotOptions Parse(string[] args)
        {
            var options = new BotOptions();
            for (var i = 0; i < args.Length; i++)
            {
                var name = args[i];
                if (name == "-h" || name == "--help")
                {
                    options.WantsHelp = true;
                    continue;
                }

                if (++i == args.Length)
                    throw new ArgumentException($"{name} needs a value, or is no option.");

                options.Set(name, args[i]);
            }

            return options;
        }

        private void Set(string name, string value)
        {
            switch (name)
            {
                case "--count" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0:
                    Count = count;
                    break;
                case "--gateway":
                    Gateway = value;
                    break;
                case "--room":
                    Room = value;
                    break;
                case "--tenant":
                    Tenant = value;
                    break;
                case "--ticket":
                    Ticket = value;
                    break;
                default:
                    throw new ArgumentException($"{name} {value} is not understood.");
            }
        }
    }
}
