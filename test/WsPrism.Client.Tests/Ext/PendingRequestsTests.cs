using WsPrism.Client.Ext;

namespace WsPrism.Client.Tests.Ext;

public sealed class PendingRequestsTests
{
    [Fact]
    public void What_is_older_than_the_ids_that_the_gateway_remembers_is_not_sent_again()
    {
        var requests = new PendingRequests(1_000, int.MaxValue);
        var old = Add(requests);
        var young = Add(requests);
        for (var i = 0; i < 1_022; i++)
            requests.Take(Add(requests).Id);

        // One of 1,024 ids: the last that is remembered.
        Assert.Equal([young.Outgoing], requests.TakeUp().Except([old.Outgoing]));
        Assert.False(old.Task.IsCompleted);

        requests.Take(Add(requests).Id);
        Assert.Equal([young.Outgoing], requests.TakeUp());
        Assert.Equal(ClientErrorCodes.SessionLost, Assert.IsType<WsPrismException>(old.Task.Exception!.InnerException).Code);
    }

    [Fact]
    public void Bytes_that_wait_for_answers_have_a_bound_and_one_request_its_place_however_long()
    {
        var requests = new PendingRequests(1_000, 10);
        var first = requests.TryAdd(id => new PendingRequest(id, new byte[100], null, null), isBounded: true);

        Assert.NotNull(first);
        Assert.Null(requests.TryAdd(id => new PendingRequest(id, new byte[1], null, null), isBounded: true));

        requests.Take(first.Id);
        Assert.NotNull(requests.TryAdd(id => new PendingRequest(id, new byte[10], null, null), isBounded: true));
    }

    private static PendingRequest Add(PendingRequests requests)
    {
        var request = requests.TryAdd(id => new PendingRequest(id, [], null, null), isBounded: true)!;
        request.Outgoing.TryHandOver();
        return request;
    }
}
