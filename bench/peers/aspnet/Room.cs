namespace WsPrism.Peers.AspNet;

internal sealed class Room
{
    private readonly Lock _lock = new();
    private readonly List<Client> _members = [];

    public void Add(Client client)
    {
        lock (_lock)
            _members.Add(client);
    }

    public void Remove(Client client)
    {
        lock (_lock)
            _members.Remove(client);
    }

    public void Publish(Message message)
    {
        lock (_lock)
        {
            foreach (var member in _members)
                member.Post(message);
        }
    }
}
