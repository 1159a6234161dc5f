using System.Text;
using WsPrism.Core.Sessions;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Sessions;

public sealed class AnsweredIdsTests
{
    [Fact]
    public void The_last_1024_are_remembered_and_the_one_before_is_not()
    {
        var ids = new AnsweredIds();
        for (var i = 0; i <= AnsweredIds.Capacity; i++)
        {
            Remember(ids, i, 0);
        }

        Assert.Null(Find(ids, 0));
        Assert.All(Enumerable.Range(1, AnsweredIds.Capacity), i => Assert.NotNull(Find(ids, i)));
    }

    [Fact]
    public void A_number_and_a_string_of_the_same_digits_are_different_ids()
    {
        var ids = new AnsweredIds();
        Remember(ids, 7, 0);

        Assert.False(ids.TryFind(new EnvelopeId { IsNumber = false, Value = "7"u8, RawToken = "\"7\""u8 }, out _));
    }

    [Fact]
    public void An_answer_of_an_error_is_kept_with_its_text()
    {
        var ids = new AnsweredIds();
        ids.Remember(Id("a"u8), ErrorCode.Internal, "text", default);

        Assert.True(ids.TryFind(Id("a"u8), out var answer));
        Assert.Equal((ErrorCode.Internal, "text"), (answer.Code, answer.Text));
    }

    [Fact]
    public void Data_over_the_bound_is_forgotten_oldest_first_and_the_id_is_kept() => Seeds.Check(20, random =>
    {
        var (ids, lengths) = (new AnsweredIds(), new List<int>());
        for (var i = 0; i < 5_000; i++)
        {
            lengths.Add(random.Next(3) == 0 ? 0 : random.Next(1, random.Next(4) == 0 ? 2_000 : 100));
            Remember(ids, i, lengths[i]);
            if (i % 250 != 249)
            {
                continue;
            }

            var (bytes, isForgotten) = (0, false);
            for (var j = i; j > i - AnsweredIds.Capacity && j >= 0; j--)
            {
                var data = Find(ids, j)!.Value.Data;
                bytes += lengths[j];
                isForgotten |= bytes > 65_536;
                if (!isForgotten && lengths[j] > 0)
                {
                    Assert.True(data?.Length == lengths[j], $"the data of {j} is gone at {i}");
                }
                else if (isForgotten)
                {
                    Assert.Null(data);
                }
            }
        }
    });

    [Fact]
    public void Large_data_after_a_round_of_small_data_is_kept_and_the_oldest_goes()
    {
        var ids = new AnsweredIds();
        for (var i = 0; i < AnsweredIds.Capacity + 10; i++)
        {
            Remember(ids, i, 60);
        }

        Remember(ids, 2_000, 10_000);

        Assert.Equal(10_000, Find(ids, 2_000)!.Value.Data?.Length);
        Assert.Equal(60, Find(ids, AnsweredIds.Capacity + 9)!.Value.Data?.Length);
        Assert.Null(Find(ids, 11)!.Value.Data);
    }

    private static void Remember(AnsweredIds ids, int number, int length) =>
        ids.Remember(Id(Encoding.ASCII.GetBytes($"{number}"), isNumber: true), ErrorCode.None, null, new byte[length]);

    private static AnsweredIds.Answer? Find(AnsweredIds ids, int number) =>
        ids.TryFind(Id(Encoding.ASCII.GetBytes($"{number}"), isNumber: true), out var answer) ? answer : null;

    private static EnvelopeId Id(ReadOnlySpan<byte> value, bool isNumber = false) => new() { IsNumber = isNumber, Value = value, RawToken = value };
}
