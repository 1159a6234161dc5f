namespace WsPrism.Plugins.Tests.Scripts;

/// <summary>The scripts of <c>samples/plugins</c>; guess.lua is tested with the other kinds of that service.</summary>
public sealed class SampleTests
{
    [Fact]
    public void A_quiz_of_a_room()
    {
        using var bed = new ScriptGateway(Read("quiz/quiz.lua"));
        var alice = bed.ConnectTo("match:7", "user:alice");
        bed.Await(alice, e => e.Name == "quiz.welcome");
        Assert.Equal("NOT_ALLOWED", bed.Ask(alice, "answer", """{"text":"8"}""").Code);
        var bob = bed.ConnectTo("match:7", "user:bob");

        Assert.Equal(1, bed.Await(alice, e => e.Name == "quiz.question").Number("number"));
        Assert.False(bed.Ask(alice, "answer", """{"text":"9"}""").Data.GetProperty("right").GetBoolean());
        Assert.True(bed.Ask(bob, "answer", """{"text":" 8 "}""").Data.GetProperty("right").GetBoolean());
        Assert.Equal(1, bed.Await(alice, e => e.Name == "quiz.answered").Data.GetProperty("scores").GetProperty("user:bob").GetInt32());
        bed.Await(alice, e => e.Name == "quiz.question" && e.Number("number") == 2);

        bed.AdvanceUntil(1_000, () => alice.Envelopes.Any(e => e.Name == "quiz.timeout"));
        bob.Vanish();
        bed.Await(alice, e => e.Name == "quiz.left");
        bed.AdvanceUntil(1_000, () => alice.Envelopes.Any(e => e.Name == "quiz.paused"));
    }

    private static string Read(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "WsPrism.slnx")))
        {
            folder = folder.Parent!;
        }

        return File.ReadAllText(Path.Combine(folder.FullName, "samples/plugins", name));
    }
}
