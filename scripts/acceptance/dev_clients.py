"""Asks a URL without a pause until a file appears: dev_clients.py URL CLIENTS STOPFILE

Every other client keeps its connection while the server does, the others make one for each request. Prints what was answered; exits with 1
where an answer was not 200 or did not come.
"""
import collections
import http.client
import os
import sys
import threading
import urllib.parse

url, count, stop = urllib.parse.urlsplit(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
answers, failures = collections.Counter(), collections.Counter()
lock = threading.Lock()


def ask(keeps):
    connection = None
    while not os.path.exists(stop):
        outcome, closes = None, True
        try:
            connection = connection or http.client.HTTPConnection(url.hostname, url.port, timeout=30)
            connection.request("GET", url.path, headers={} if keeps else {"connection": "close"})
            reply = connection.getresponse()
            body = reply.read().decode()
            closes = reply.will_close or not keeps
            outcome = (reply.status, body)
        except (OSError, http.client.HTTPException) as error:
            outcome = (0, repr(error))
        if closes and connection:
            connection.close()
            connection = None
        with lock:
            (answers if outcome[0] == 200 else failures)[outcome] += 1


threads = [threading.Thread(target=ask, args=(index % 2 == 0,)) for index in range(count)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for (_, body), times in answers.items():
    print(f"{times} answers {body}")
for (status, body), times in failures.items():
    print(f"{times} FAILURES {status} {body}")
print(f"{sum(answers.values())} requests answered, {sum(failures.values())} failed")
sys.exit(1 if failures or not answers else 0)
