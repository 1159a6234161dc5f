using System.Globalization;
using System.Security.Cryptography;

namespace WsPrism.Fuzz;

/// <summary>The command line: <c>[--seconds N] [--seed S] [--input HEX] [target]</c>.</summary>
internal sealed record FuzzOptions(TimeSpan Duration, int Seed, string? Target, byte[]? Input)
{
    public const string Usage = """
        usage: WsPrism.Fuzz [--seconds N] [--seed S] [--input HEX] [target]

          --seconds N   how long all of it runs, shared out evenly among the targets (default 15)
          --seed S      repeats an earlier run (default: a random seed, which is printed)
          --input HEX   runs one input, as printed with a finding, instead of mutating
          target        one target by name (default: all)
        """;

    /// <summary>Reads the arguments; null where they make no sense.</summary>
    public static FuzzOptions? Parse(ReadOnlySpan<string> args)
    {
        var options = new FuzzOptions(TimeSpan.FromSeconds(15), RandomNumberGenerator.GetInt32(int.MaxValue), null, null);
        while (!args.IsEmpty)
        {
            if (!args[0].StartsWith("--", StringComparison.Ordinal))
            {
                if (options.Target is not null)
                    return null;

                options = options with { Target = args[0] };
                args = args[1..];
                continue;
            }

            if (args.Length < 2 || options.With(args[0], args[1]) is not { } changed)
                return null;

            options = changed;
            args = args[2..];
        }

        return options;
    }

    private FuzzOptions? With(string name, string value) => name switch
    {
        "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 1e6 =>
            this with { Duration = TimeSpan.FromSeconds(seconds) },
        "--seed" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) =>
            this with { Seed = seed },
        "--input" when TryParseHex(value, out var input) =>
            this with { Input = input },
        _ => null
    };

    private static bool TryParseHex(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length / 2];
        return text.Length % 2 == 0 && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
    }
}
