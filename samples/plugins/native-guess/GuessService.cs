using System.Text.Json;
using WsPrism.Protocol;
using WsPrism.Services;

namespace NativeGuess;

/// <summary>
/// Guess the number, as a native plugin. One instance serves all sessions of a tenant from several threads, so it keeps nothing: the game is the session's state,
/// and a new version of this plugin goes on with it.
/// </summary>
public sealed class GuessService(IPluginHost host) : IExtService
{
    private const int LargestMax = 1_000_000;

    // What the configuration says in settings, read once: a change of it makes a new instance. A text that is no number keeps the plugin from being loaded.
    private readonly int _max = int.Parse(host.Settings.GetValueOrDefault("max", "100"), provider: null);

    public void OnMessage(in ExtMessage message, IExtContext context)
    {
        try
        {
            if (message.Type.SequenceEqual("start"u8))
            {
                Start(message, context);
            }
            else if (message.Type.SequenceEqual("guess"u8))
            {
                Guess(message, context);
            }
            else
            {
                context.Fail(ErrorCode.BadRequest, "guess knows start and guess.");
            }
        }
        catch (JsonException)
        {
            context.Fail(ErrorCode.BadRequest, "Fields of data are whole numbers.");
        }
    }

    private void Start(in ExtMessage message, IExtContext context)
    {
        var wish = message.Data.IsEmpty ? new StartData(null, null) : JsonSerializer.Deserialize(message.Data, GuessJson.Default.StartData)!;
        var max = wish.Max ?? _max;
        if (max is < 1 or > LargestMax || wish.Number < 1 || wish.Number > max)
        {
            context.Fail(ErrorCode.BadRequest, "max is 1 to 1000000, and number 1 to max.");
            return;
        }

        var number = wish.Number ?? Random.Shared.Next(1, max + 1);
        Keep(new Game(number, max, Tries: 0), context);
        var json = context.BeginData();
        json.WriteStartObject();
        json.WriteNumber("max"u8, max);
        json.WriteEndObject();
        context.Answer();
    }

    private static void Guess(in ExtMessage message, IExtContext context)
    {
        var state = context.Session.State;
        var game = state.IsEmpty ? null : JsonSerializer.Deserialize(state, GuessJson.Default.Game);
        if (game is null)
        {
            context.Fail(ErrorCode.BadRequest, "Start a game first.");
            return;
        }

        var n = message.Data.IsEmpty ? null : JsonSerializer.Deserialize(message.Data, GuessJson.Default.GuessData)?.N;
        if (n is null || n < 1 || n > game.Max)
        {
            context.Fail(ErrorCode.BadRequest, $"guess needs data {{\"n\"}}, 1 to {game.Max}.");
            return;
        }

        game = game with { Tries = game.Tries + 1 };
        if (n == game.Number)
        {
            Win(message, game, context);
        }
        else
        {
            Keep(game, context);
        }

        var json = context.BeginData();
        json.WriteStartObject();
        json.WriteString("hint"u8, game.Number > n ? "higher"u8 : game.Number < n ? "lower"u8 : "right"u8);
        json.WriteEndObject();
        context.Answer();
    }

    private static void Win(in ExtMessage message, Game game, IExtContext context)
    {
        context.SetState([]);
        if ((message.HasRoom ? context.FindRoom(message.Room) : context.ActiveRoom) is not { } room)
        {
            return;
        }

        var json = context.BeginData();
        json.WriteStartObject();
        json.WriteString("user"u8, context.Session.UserUtf8);
        json.WriteNumber("tries"u8, game.Tries);
        json.WriteEndObject();
        context.Publish(room, "won"u8);
    }

    private static void Keep(Game game, IExtContext context) => context.SetState(JsonSerializer.SerializeToUtf8Bytes(game, GuessJson.Default.Game));
}
