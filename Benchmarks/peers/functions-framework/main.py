"""A function that only answers, as functions-framework runs it: what an event costs there before any work is done."""
import functions_framework


@functions_framework.http
def answer(request):
    request.get_data()
    return '{"accepted":1,"superseded":0,"rejected":[]}', 200, {"Content-Type": "application/json"}
