namespace WsPrism.Gateway.Tests.Faults;

/// <summary>
/// Accounts for every message at every receiver, when all has come to rest. Within one session of the receiver: each acknowledged message of a sender from the first
/// that was heard to the last, in order. Over all of its sessions: none twice. What was acknowledged and never heard fell between two sessions, and is lost.
/// </summary>
internal static class FaultAccount
{
    /// <summary>Accounts for a room whose members were all in it before anybody spoke, and again before each said a last message; returns what is lost.</summary>
    public static List<LostReceipt> Settle(IReadOnlyCollection<ResumingClient> members)
    {
        var lost = new List<LostReceipt>();
        foreach (var receiver in members)
        {
            Assert.Empty(receiver.Hearing.Errors);
            Assert.Empty(receiver.View.Disorder);
            foreach (var sender in members)
            {
                lost.AddRange(Settle(sender, receiver));
            }
        }

        return lost;
    }

    /// <summary>What is lost, by name: a line for each sender and receiver.</summary>
    public static string Describe(IEnumerable<LostReceipt> lost) => string.Join(
        '\n',
        lost.GroupBy(receipt => (receipt.Sender, receipt.Receiver), (pair, receipts) => $"of client {pair.Sender} at client {pair.Receiver}: {string.Join(' ', receipts.Select(receipt => receipt.Number))}"));

    private static IEnumerable<LostReceipt> Settle(ResumingClient sender, ResumingClient receiver)
    {
        var heard = receiver.Hearing.Lives.SelectMany((life, index) => life.Heard.Where(message => message.Sender == sender.Number).Select(message => (Life: index, message.Number)));
        var (lastLife, last) = (0, -1);
        foreach (var (life, number) in heard)
        {
            Assert.True(number > last, $"client {receiver.Number} heard message {number} of client {sender.Number} behind {last}");
            Assert.True(number < sender.Statements.Count, $"client {receiver.Number} heard message {number} of client {sender.Number}, which was never said");
            foreach (var missing in Acknowledged(sender, last + 1, number))
            {
                Assert.True(life > lastLife, $"client {receiver.Number} missed message {missing} of client {sender.Number} between {last} and {number}");
                Assert.InRange(sender.Statements[missing].WindowMs, receiver.Hearing.Lives[lastLife].WindowMs, receiver.Hearing.Lives[life].WindowMs);
                yield return new LostReceipt(sender.Number, receiver.Number, missing);
            }

            (lastLife, last) = (life, number);
        }

        Assert.All(Acknowledged(sender, last + 1, sender.Statements.Count), missing => Assert.Fail($"client {receiver.Number} missed message {missing} of client {sender.Number}, behind {last}"));
    }

    private static IEnumerable<int> Acknowledged(ResumingClient sender, int from, int to) =>
        Enumerable.Range(from, to - from).Where(number => sender.Statements[number].Fate == StatementFate.Acknowledged);
}

/// <summary>A message that its sender's gateway acknowledged and that one receiver never heard.</summary>
internal readonly record struct LostReceipt(int Sender, int Receiver, int Number);
