using System.Text.Json.Serialization;

namespace NativeGuess;

internal sealed record StartData(int? Max, int? Number);

internal sealed record GuessData(int? N);

/// <summary>A game that is under way, as it is kept at its session.</summary>
internal sealed record Game(int Number, int Max, int Tries);

// Readers and writers made by the compiler. Those that are made at run time are kept by the framework, and with them every version of the plugin there ever was.
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StartData))]
[JsonSerializable(typeof(GuessData))]
[JsonSerializable(typeof(Game))]
internal sealed partial class GuessJson : JsonSerializerContext;
